import type { TaskModel } from '@length-adaptive/models';
import { createTaskModel, tokenClassification } from '@length-adaptive/models';
import * as tf from '@tensorflow/tfjs';
import type { HostModel } from './export-graph.js';
import { exportGraph, hostModel } from './export-graph.js';
import { createGraph } from './graph/graph-builder.js';
import { createOnnxModel } from './onnx-model.js';
import { countingRuntime } from './testing/counting-runtime.js';
import { tinyConfig, tinyModel } from './testing/tiny-model.js';

let model: TaskModel;
let host: HostModel;

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await tf.setBackend('cpu');
  model = tinyModel();
  host = await hostModel(model);
});
afterAll(() => model.dispose());

const input = { ids: [2, 5, 6, 7, 8, 3] };

describe('a model on ONNX Runtime', () => {
  test('knows its dimensions, task and costs as the model on TensorFlow.js does', async () => {
    const engine = await createOnnxModel(exportGraph(host), model.config);
    expect(engine).toMatchObject({ engine: 'onnxruntime', dimensions: model.dimensions });
    expect(engine.task.labels).toEqual(['bad', 'fair', 'good']);
    expect(engine.macs(20)).toBe(model.macs(20));
    expect(engine.macs(20, { lengths: [0.5, 0.4, 0.3] })).toBe(model.macs(20, { lengths: [0.5, 0.4, 0.3] }));
    await engine.release();
  });

  test('a file whose tokens answer as the task cannot is refused, and no session stays open', async () => {
    const task = tokenClassification(['O', 'B-thing']);
    const tagger = createTaskModel(tinyConfig, new Map(), { fresh: true, task, departed: 'majority' });
    const bytes = exportGraph(await hostModel(tagger));
    const config = { ...tagger.config, id2label: { 0: 'noun', 1: 'verb' } }; // the most frequent of which nobody knows
    const counting = await countingRuntime();
    const opening = createOnnxModel(bytes, config, { runtime: counting.runtime });
    await expect(opening).rejects.toMatchObject({ code: 'OPTION_INVALID' });
    expect(counting.live()).toBe(0);
    tagger.dispose();
  });

  test('tells kept positions only when it was given the graph that tells them', async () => {
    const engine = await createOnnxModel(exportGraph(host), model.config);
    await expect(engine.keptPositions(input, { lengths: [0.5, 0.4, 0.3] })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
    });
    await engine.release();
  });

  test('refuses a file without a head, and says what it gives', async () => {
    const bare = exportGraph(await hostModel(model, { withHead: false }));
    await expect(createOnnxModel(bare, model.config)).rejects.toMatchObject({
      code: 'HEAD_UNSUPPORTED',
      message: expect.stringContaining('last_hidden_state'),
    });
  });

  test('refuses files of other tools and architectures it does not know', async () => {
    await expect(createOnnxModel(createGraph().model({ opset: 17 }), model.config)).rejects.toMatchObject({
      code: 'FILE_INVALID',
    });
    await expect(createOnnxModel(exportGraph(host), { ...model.config, model_type: 'mamba' })).rejects.toMatchObject({
      code: 'ARCHITECTURE_UNKNOWN',
    });
  });

  test.each([
    ['a token that is not in the vocabulary', { ids: [2, 4000, 3] }],
    ['more tokens than positions', { ids: new Array<number>(40).fill(5) }],
  ])('%s is an error, and the model still runs afterwards', async (_, wrong) => {
    const engine = await createOnnxModel(exportGraph(host), model.config);
    await expect(engine.run([wrong])).rejects.toMatchObject({ name: 'OnnxError', code: 'RUN_FAILED' });
    expect(await engine.run([input])).toHaveLength(3);
    await engine.release();
  });

  test('answers without a copy that later runs change', async () => {
    const engine = await createOnnxModel(exportGraph(host), model.config);
    const first = await engine.run([input]);
    const before = [...first];
    await engine.run([{ ids: [9, 8, 7] }]);
    expect([...first]).toEqual(before);
    await engine.release();
  });

  test('many runs at once give what each gives alone', async () => {
    const engine = await createOnnxModel(exportGraph(host), model.config, {
      traced: () => exportGraph(host, { trace: true }),
    });
    const config = [0.6, 0.5, 0.3];
    const alone = await engine.run([input], { point: { lengths: config } });
    const kept = await engine.keptPositions(input, { lengths: config });
    const together = await Promise.all(
      Array.from({ length: 8 }, () =>
        Promise.all([
          engine.run([input], { point: { lengths: config } }),
          engine.keptPositions(input, { lengths: config }),
        ]),
      ),
    );
    for (const [logits, positions] of together) {
      expect([...logits]).toEqual([...alone]);
      expect(positions).toEqual(kept);
    }
    engine.dispose();
  });
});

describe('a model that is disposed of', () => {
  const make = (traced: () => Uint8Array = () => exportGraph(host, { trace: true })) =>
    createOnnxModel(exportGraph(host), model.config, { traced });

  test('twice, in every way, refuses calls by their code', async () => {
    const engine = await make();
    await engine.keptPositions(input, { lengths: [0.6, 0.5, 0.3] });
    engine.dispose();
    engine.dispose();
    await engine.release();
    await engine.release();
    engine.dispose();
    await expect(engine.run([input])).rejects.toMatchObject({ name: 'ModelError', code: 'DISPOSED' });
    await expect(engine.runRows([input], [{}])).rejects.toMatchObject({ code: 'DISPOSED' });
    await expect(engine.keptPositions(input, { lengths: [0.6, 0.5, 0.3] })).rejects.toMatchObject({ code: 'DISPOSED' });
  });

  test('while it runs, answers what it was asked', async () => {
    const engine = await make();
    const [expected, positions] = [
      await engine.run([input]),
      await engine.keptPositions(input, { lengths: [0.6, 0.5, 0.3] }),
    ];
    const other = await make();
    const running = Promise.all([other.run([input]), other.keptPositions(input, { lengths: [0.6, 0.5, 0.3] })]); // the second opens a session first
    other.dispose();
    await other.release();
    expect(await running).toEqual([expected, positions]);
    await engine.release();
  });

  test('when the graph that tells positions did not open, ends all the same', async () => {
    const engine = await make(() => {
      throw new Error('no such graph');
    });
    await expect(engine.keptPositions(input, { lengths: [0.6, 0.5, 0.3] })).rejects.toThrow('no such graph');
    await engine.release();
    await expect(engine.run([input])).rejects.toMatchObject({ code: 'DISPOSED' });
  });
});
