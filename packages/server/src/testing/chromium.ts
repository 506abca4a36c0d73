import { execFileSync } from 'node:child_process';
import { chromium, type Browser } from 'playwright-core';

/** Nothing of it looks for Google, and root may start it. */
const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts Debian's Chromium, without a window. */
export const launchChromium = (): Promise<Browser> => {
  const executablePath = execFileSync('sh', ['-c', 'command -v chromium'], { encoding: 'utf8' }).trim();
  return chromium.launch({ executablePath, args: quiet });
};
