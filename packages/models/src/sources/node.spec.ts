import { isNode, environmentVariable, nodeModule } from './node.js';

describe('node', () => {
  const real = process;
  afterEach(() => {
    globalThis.process = real;
  });

  test('gives the modules of Node', () => {
    expect(isNode()).toBe(true);
    expect(nodeModule('node:path').join('a', 'b')).toMatch(/^a.b$/);
  });

  test('in a browser there are none, and no environment', () => {
    Reflect.deleteProperty(globalThis, 'process');
    expect([isNode(), environmentVariable('PATH')]).toEqual([false, undefined]);
    expect(() => nodeModule('node:path')).toThrow(/need Node 20.16/);
  });
});
