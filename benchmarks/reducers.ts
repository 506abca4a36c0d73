/** What ranks the tokens that stay: attention, the attention of [CLS], and chance, on the live demo's sentiment model as it is. Needs SST-2. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EncoderOps, EngineTypes, Reducer, ScoredAt, TensorEngine } from '@length-adaptive/core';
import { createRandom, registerReducer } from '@length-adaptive/core';
import { startBackend } from '@length-adaptive/core/backend';
import { createPredictor, openTrainedModel, readExamples } from '@length-adaptive/models';
import * as tf from '@tensorflow/tfjs';
import { dataFolder } from './accuracy/accuracy-rows.js';
import type { Row } from './harness.js';
import { report } from './harness.js';

/** Any ranking, the same in every run: what a reducer must beat. On TensorFlow.js alone, for no operation of the encoder makes numbers of nothing. */
registerReducer({
  name: 'chance',
  problem: ({ seed }) => (Number.isInteger(seed) ? undefined : 'needs a seed'),
  create: ({ seed }): Reducer => {
    const random = createRandom(Number(seed));
    const score = ({ tokens: { extent } }: ScoredAt<TensorEngine>): tf.Tensor2D => {
      const { rows, width, counts } = extent;
      const values = Float32Array.from({ length: rows * width }, (_, slot) =>
        slot % width < (counts[Math.floor(slot / width)] as number) ? random.uniform() : -1,
      );
      return tf.tensor2d(values, [rows, width]);
    };
    return {
      name: 'chance',
      settings: { seed },
      score: <E extends EngineTypes>(_: EncoderOps<E>, at: ScoredAt<E>) =>
        score(at as unknown as ScoredAt<TensorEngine>),
    };
  },
});

const reducers = ['attention', 'cls-attention', { name: 'chance', seed: 1 }, { name: 'chance', seed: 2 }] as const;
/** The share of its tokens that each layer keeps of what entered it. */
const shares = [0.9, 0.8, 0.7, 0.6] as const;

const main = async (): Promise<void> => {
  const file = path.join(dataFolder, 'sst2/dev.tsv.gz');
  if (!existsSync(file)) {
    console.log(`reducers is left out: there is no ${file} (LENGTH_ADAPTIVE_DATA).`);
    return;
  }
  await startBackend({ backends: ['wasm'] });
  const examples = await readExamples(file);
  const texts = examples.map(({ text }) => text);
  const folder = fileURLToPath(new URL('../apps/docs/public/models/sentiment', import.meta.url));
  const rows: Row[] = [];
  let full: readonly (string | undefined)[] = [];
  for (const reducer of reducers) {
    const predictor = createPredictor(await openTrainedModel(folder, { reducer }));
    const layers = predictor.dimensions.layers;
    const answersAt = async (lengthConfig?: readonly number[]) => {
      const predictions = await predictor.predict(texts, {
        point: lengthConfig && { lengths: lengthConfig },
        onError: 'throw',
      });
      const cost = predictions.reduce((sum, { cost: share }) => sum + share, 0) / texts.length;
      return { answers: predictions.map(({ label }) => label), cost };
    };
    const share = (holds: (i: number) => boolean): number => texts.filter((_, i) => holds(i)).length / texts.length;
    const right = (answers: readonly (string | undefined)[]): number =>
      share((i) => answers[i] === predictor.labels[Number(examples[i]?.label)]);
    if (full.length === 0) {
      full = (await answersAt()).answers;
      rows.push({ id: 'reducers.full.accuracy', value: right(full), unit: 'accuracy', note: `full length; ${texts.length} sentences, the dev set of SST-2` }); // prettier-ignore
    }
    for (const keep of shares) {
      const { answers, cost } = await answersAt(Array.from({ length: layers }, (_, layer) => keep ** (layer + 1)));
      const name = typeof reducer === 'string' ? reducer : `${reducer.name}_${reducer.seed}`;
      const note = `${keep * 100} % kept a layer, ${cost.toFixed(3)} of the full MACs; ${texts.length} sentences, the dev set of SST-2; the demo's model, which LengthDrop trained by attention`;
      rows.push(
        { id: `reducers.${name}.${keep * 100}.accuracy`, value: right(answers), unit: 'accuracy', note },
        { id: `reducers.${name}.${keep * 100}.flips`, value: share((i) => answers[i] !== full[i]), unit: 'share of answers other than at full length', note }, // prettier-ignore
      );
    }
    predictor.dispose();
  }
  report('reducers', rows);
};

await main();
process.exit(0);
