/** `npm run record-readings`: what the models of the live demo make of their first example, into `recorded/`, so that the page shows an answer before it loads a model. */
import { writeFileSync } from 'node:fs';
import { useWasm } from '@length-adaptive/core/wasm';
import { demoModels } from '../.vitepress/theme/demo/demo-models.js';
import { recordReading } from './reading-of-example.js';
import { recordedFile } from './recorded.js';

await useWasm();
const readings = [];
for (const model of demoModels) readings.push([model.id, await recordReading(model)] as const);
writeFileSync(recordedFile('demo-readings'), `${JSON.stringify(Object.fromEntries(readings))}\n`);
