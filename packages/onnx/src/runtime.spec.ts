import { createGraph } from './graph/graph-builder.js';
import { findRuntime, hasNativeRuntime, openOnBestEngine, openSession } from './runtime.js';

const modelOf = (opset: number): Uint8Array => {
  const g = createGraph();
  g.output('y', g.input('x', 'float32', ['n']), 'float32', ['n']);
  return g.model({ opset });
};

describe('the runtime', () => {
  test('is onnxruntime-node where that is installed', async () => {
    expect(await findRuntime()).toMatchObject({ InferenceSession: expect.anything(), Tensor: expect.anything() });
    expect(await hasNativeRuntime()).toBe(true);
    const open = { onnx: () => 'onnx', tfjs: () => 'tfjs' };
    expect(await openOnBestEngine(open)).toBe('onnx');
    expect(await openOnBestEngine(open, 'tfjs')).toBe('tfjs');
  });

  test('opens a model with a number of threads and named providers', async () => {
    const { ort, session } = await openSession(modelOf(17), { threads: 1, providers: ['cpu'] });
    const { y } = await session.run({ x: new ort.Tensor('float32' as never, Float32Array.of(1, 2) as never, [2]) });
    expect([...(y?.data as Float32Array)]).toEqual([1, 2]);
    await session.release();
  });

  test('refuses operators newer than it knows, and says to update', async () => {
    await expect(openSession(modelOf(99))).rejects.toMatchObject({
      code: 'OPSET_UNSUPPORTED',
      message: expect.stringMatching(/update onnxruntime/i),
    });
  });

  test('refuses bytes that are no model', async () => {
    await expect(openSession(new TextEncoder().encode('no model'))).rejects.toMatchObject({
      name: 'OnnxError',
      code: 'FILE_INVALID',
    });
  });
});
