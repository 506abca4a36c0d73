/** `npm run generate`: the tables and figures that pages include, into `generated/`. The same sources give the same files. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { generatedParts } from './generated-parts.js';
import { siteFolder } from './workspace.js';

const folder = path.join(siteFolder, 'generated');
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
for (const [name, text] of Object.entries(generatedParts())) writeFileSync(path.join(folder, name), `${text}\n`);
