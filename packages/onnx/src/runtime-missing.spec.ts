import { findRuntime, hasNativeRuntime, openOnBestEngine, openSession } from './runtime.js';

jest.mock('onnxruntime-node', () => {
  throw new Error("Cannot find package 'onnxruntime-node'");
});
jest.mock('onnxruntime-web', () => {
  throw new Error("Cannot find package 'onnxruntime-web'");
});

describe('without a runtime', () => {
  test('the error says what to install, and why each was not found', async () => {
    const missing = {
      name: 'OnnxError',
      code: 'PEER_MISSING',
      message: expect.stringContaining('npm install --ignore-scripts onnxruntime-node'),
    };
    await expect(findRuntime()).rejects.toMatchObject(missing);
    await expect(findRuntime()).rejects.toThrow(/onnxruntime-node: Cannot find.*onnxruntime-web: Cannot find/);
    await expect(openSession(new Uint8Array())).rejects.toMatchObject(missing);
  });

  test('there is no native one', async () => expect(await hasNativeRuntime()).toBe(false));

  test('TensorFlow.js is the best engine, unless the other is asked for', async () => {
    const open = { onnx: () => 'onnx', tfjs: () => Promise.resolve('tfjs') };
    expect(await openOnBestEngine(open)).toBe('tfjs');
    expect(await openOnBestEngine(open, 'onnx')).toBe('onnx');
  });
});
