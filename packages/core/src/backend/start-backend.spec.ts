import * as tf from '@tensorflow/tfjs';
import { startBackend } from './index.js';

describe('startBackend', () => {
  test('takes the first that works, and says what stood against the others', async () => {
    const { backend, reason, passedOver } = await startBackend();
    expect(backend).toBe('wasm');
    expect(tf.getBackend()).toBe('wasm');
    expect(passedOver).toEqual([
      { backend: 'webgpu', reason: 'there is no navigator.gpu here (an old browser, a page without https, or Node)' },
    ]);
    expect(reason).toMatch(/^WebAssembly on 1 thread; webgpu was passed over: there is no navigator\.gpu/);
    await expect(startBackend({ backends: ['webgpu'] })).rejects.toMatchObject({
      code: 'BACKEND_UNAVAILABLE',
      message: expect.stringMatching(/^No backend works here\. webgpu: there is no navigator\.gpu/),
    });
  });

  test('a software adapter is passed over while another backend is left', async () => {
    const gpu = { requestAdapter: async () => ({ info: { vendor: 'google', architecture: 'swiftshader' } }) };
    const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
    Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true });
    try {
      const { backend, passedOver } = await startBackend({ backends: ['webgpu', 'cpu'] });
      expect(backend).toBe('cpu');
      expect(passedOver).toEqual([{ backend: 'webgpu', reason: 'its only adapter is software (google swiftshader)' }]);
      gpu.requestAdapter = async () => null as never;
      expect((await startBackend({ backends: ['webgpu', 'cpu'] })).passedOver[0]?.reason).toMatch(
        /^no adapter was given/,
      );
    } finally {
      if (before) Object.defineProperty(globalThis, 'navigator', before);
      else delete (globalThis as { navigator?: unknown }).navigator;
    }
  });

  test('refuses what is no backend', async () => {
    await expect(startBackend({ backends: [] })).rejects.toMatchObject({ code: 'OPTION_INVALID' });
    await expect(startBackend({ backends: ['gpu' as never] })).rejects.toMatchObject({
      message: '"gpu" is no backend; expected one or more of webgpu, wasm, cpu.',
    });
    await expect(startBackend({ backends: ['cpu'] })).resolves.toMatchObject({ backend: 'cpu', passedOver: [] });
  });
});
