import { readExportedWeights } from './exported-weights.js';
import { createGraph } from './graph/graph-builder.js';

describe('the weights of an export', () => {
  test('are the single-precision tensors, by their names', () => {
    const g = createGraph();
    g.constant('encoder.layer.0.output.dense.bias', { type: 'float32', shape: [3], data: Float32Array.of(1, 2, 3) });
    g.constant('embeddings.position_ids', { type: 'int64', shape: [1, 2], data: BigInt64Array.of(0n, 1n) });
    expect([...readExportedWeights(g.model({ opset: 17 }))]).toEqual([
      ['encoder.layer.0.output.dense.bias', { shape: [3], data: Float32Array.of(1, 2, 3), dtype: 'F32' }],
    ]);
  });

  test.each([
    ['bytes that are no ONNX file', new TextEncoder().encode('no model')],
    ['a file without weights', createGraph().model({ opset: 17 })],
  ])('%s are refused', (_, bytes) => {
    expect(() => readExportedWeights(bytes)).toThrow(
      expect.objectContaining({ name: 'OnnxError', code: 'FILE_INVALID' }),
    );
  });
});
