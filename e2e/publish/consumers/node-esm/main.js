import { cost, fromAbsoluteLengths } from '@length-adaptive/core';
import { useWasm } from '@length-adaptive/core/wasm';
import { load } from '@length-adaptive/models';
import { Search, descendingVector } from '@length-adaptive/search';

const config = fromAbsoluteLengths([6, 4, 2], 8);
const shape = { layers: 3, hiddenSize: 16, intermediateSize: 32 };
const share = cost(shape, config, 8) / cost(shape, [1, 1, 1], 8);

const search = new Search(
  {
    objectives: { cost: 'minimize', score: 'maximize' },
    ...descendingVector({ length: 6, steps: 20 }),
    evaluate: async (genomes) =>
      genomes.map((shares) => ({
        cost: shares.reduce((sum, share) => sum + share, 0),
        score: shares.reduce((sum, share, i) => sum + (i + 1) * Math.sqrt(share), 0),
      })),
  },
  { seed: 1, populationSize: 12, generations: 40 },
);
const { front, evaluations } = await search.run();

await useWasm();
const predictor = await load(process.argv[2]);
const [answer] = await predictor.predict(['a warm and funny film'], { budget: { cost: 0.6 } });

console.log(
  JSON.stringify({ config, share, front: front.length, evaluations, label: answer.label, cost: answer.cost }),
);
