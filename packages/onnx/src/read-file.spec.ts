import { createGraph } from './graph/graph-builder.js';
import { readOnnxFile } from './read-file.js';

const foreign = (): Uint8Array => {
  const g = createGraph();
  g.output('y', g.input('x', 'float32', ['n']), 'float32', ['n']);
  return g.model({ opset: 17 });
};

describe('reading a file', () => {
  test.each([
    ['text', new TextEncoder().encode('this is no model, it is a letter to a friend')],
    ['nothing', new Uint8Array()],
    ['zeros', new Uint8Array(64)],
    ['half of an ONNX file', foreign().subarray(0, 20)],
    ['a web page', new TextEncoder().encode('<!doctype html><title>404</title>')],
  ])('refuses %s', (_, bytes) => {
    expect(() => readOnnxFile(bytes)).toThrow(expect.objectContaining({ name: 'OnnxError', code: 'FILE_INVALID' }));
  });

  test('refuses an ONNX file of another tool, and says how to make one', () => {
    expect(() => readOnnxFile(foreign())).toThrow(
      expect.objectContaining({ code: 'FILE_INVALID', message: expect.stringContaining('lat export') }),
    );
  });
});
