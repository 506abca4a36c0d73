import { createHash } from 'node:crypto';
import { markup } from './markup.js';
import { domScript } from './script/dom.js';
import { formatScript } from './script/format.js';
import { historyScript } from './script/history.js';
import { pollScript } from './script/poll.js';
import { profileScript } from './script/profile.js';
import { scaleScript } from './script/scale.js';
import { scatterScript } from './script/scatter.js';
import { sparklineScript } from './script/sparkline.js';
import { tabsScript } from './script/tabs.js';
import { viewScript } from './script/view.js';
import { style } from './style.js';

/** The script of the page, one module in parts that stand in the order in which they use each other. */
export const statusScript = [
  formatScript,
  domScript,
  scaleScript,
  historyScript,
  scatterScript,
  profileScript,
  sparklineScript,
  viewScript,
  tabsScript,
  pollScript,
].join('');

const icon =
  "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 22 22' fill='%230b8a7d'><rect y='2' width='4' height='18' rx='1'/><rect x='6' y='6' width='4' height='14' rx='1'/><rect x='12' y='11' width='4' height='9' rx='1'/><rect x='18' y='15' width='4' height='5' rx='1'/></svg>";

/** The status page: one HTML document that asks for nothing but `v1/status`, relative to where it stands. */
export const statusPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>length-adaptive</title>
<link rel="icon" href="${icon}">
<style>${style}</style>
</head>
<body>
${markup.trim()}
<script type="module">${statusScript}</script>
</body>
</html>
`;

const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** A Content-Security-Policy under which the page works, and nothing else does. */
export const statusPagePolicy = [
  "default-src 'none'",
  `script-src ${hash(statusScript)}`,
  `style-src ${hash(style)}`,
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');
