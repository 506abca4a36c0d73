/** Exported reducers that merge against a restatement of their algorithms: models/fixtures/golden/merging. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findReducer } from '@length-adaptive/core';
import { useWasm } from '@length-adaptive/core/wasm';
import { createTaskModel, readSafetensors } from '@length-adaptive/models';
import * as tf from '@tensorflow/tfjs';
import { exportGraph, hostModel } from './export-graph.js';
import { createOnnxModel } from './onnx-model.js';
import { openBareEncoder } from './testing/bare-encoder.js';
import { largestDifference } from './testing/differences.js';

const folder = join(__dirname, '../../models/fixtures/golden');
const tensorsOf = (file: string) => readSafetensors(readFileSync(join(folder, file))).tensors;
const references = tensorsOf('merging/expected.safetensors');
const numbers = (name: string): number[] => {
  const tensor = references.get(name);
  if (!tensor) throw new Error(`the golden file has no ${name}`);
  return Array.from(tensor.data);
};

const hidden = 32;
const layers = 4;
const inputs = [0, 1, 2].map((row) => ({
  ids: numbers(`row.${row}.input_ids`),
  typeIds: numbers(`row.${row}.token_type_ids`),
}));
const width = Math.max(...inputs.map(({ ids }) => ids.length));
const tolerance = 1e-4;

const reducers = [
  { title: 'tome', name: 'tome', settings: {} },
  { title: 'tome.keys', name: 'tome', settings: { likeness: 'keys' } },
  { title: 'pool', name: 'pool', settings: {} },
  { title: 'fuse', name: 'fuse', settings: {} },
  { title: 'fuse.significance', name: 'fuse', settings: { weight: 'significance' } },
  { title: 'fuse.one', name: 'fuse', settings: { weight: 'significance', into: 'one' } },
  { title: 'token-pooling', name: 'token-pooling', settings: {} },
  { title: 'token-pooling.means', name: 'token-pooling', settings: { centres: 'means' } },
];

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
});

describe.each(reducers)(
  'an exported $title on ONNX Runtime against the golden numbers',
  ({ title, name, settings }) => {
    const modelOf = (unmerge: 'group' | 'own') =>
      createTaskModel(
        JSON.parse(readFileSync(join(folder, 'bert/config.json'), 'utf8')) as Record<string, unknown>,
        tensorsOf('bert/model.safetensors'),
        { reducer: findReducer(name, { ...settings, unmerge }) },
      );

    describe.each(['chain', 'deep'])('%s', (config) => {
      const ratios = numbers(`${config}.ratios`);
      const of = (row: number, reference: string): number[] => numbers(`${title}.${config}.${row}.${reference}`);

      test.each(['group', 'own'] as const)('states un-merged by %s, in one batch', async (unmerge) => {
        const model = modelOf(unmerge);
        const bare = await openBareEncoder(model);
        const states = await bare.hidden(
          inputs,
          inputs.map(() => ratios),
        );
        inputs.forEach(({ ids }, row) => {
          const own = states.slice(row * width * hidden, (row * width + ids.length) * hidden);
          const survivors = of(row, 'states');
          const owners = of(row, `owners.${layers - 1}`);
          const grouped = owners.flatMap((owner) => survivors.slice(owner * hidden, (owner + 1) * hidden));
          expect(largestDifference(own, unmerge === 'group' ? grouped : of(row, 'own'))).toBeLessThan(tolerance);
          const sizes = of(row, `sizes.${layers - 1}`);
          expect(sizes.map((_, slot) => owners.filter((owner) => owner === slot).length)).toEqual(sizes);
        });
        await bare.release();
        model.dispose();
      });

      test.each(['group', 'own'] as const)(
        'the order of those that every layer keeps, and what became of the others (%s)',
        async (unmerge) => {
          const model = modelOf(unmerge);
          const host = await hostModel(model);
          const engine = await createOnnxModel(exportGraph(host), model.config, {
            traced: () => exportGraph(host, { trace: true }),
          });
          for (const [row, input] of inputs.entries()) {
            const kept = await engine.keptPositions(input, { lengths: ratios });
            kept.forEach((positions, layer) => expect(positions).toEqual(of(row, `kept_positions.${layer}`)));
            expect(kept).toHaveLength(layers);
          }
          await engine.release();
          model.dispose();
        },
      );
    });
  },
);
