/**
 * `npm run ready-models [-- FOLDER]`: the packages of the models that are ready to use, by default into `runs/ready-models`, each to be packed or published from its
 * folder. `npm run bench -- demo-model live-search` trains, searches, compresses and evaluates what they are made of anew.
 */
import path from 'node:path';
import process from 'node:process';
import { readyModels, writeReadyModel } from './lib/ready-models.mjs';
import { workspaceRoot } from './lib/setup.mjs';

const into = path.resolve(process.argv[2] ?? path.join(workspaceRoot, 'runs/ready-models'));
for (const model of readyModels) {
  const { name, folder, bytes } = writeReadyModel(model, path.join(into, path.basename(model.name)));
  console.log(`${name}  ${(bytes / 1e6).toFixed(1)} MB of weights  ${folder}`);
}
console.log('Each is published with: npm publish FOLDER');
