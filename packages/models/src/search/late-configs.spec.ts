import { validateLengthConfig } from '@length-adaptive/core';
import { lateConfigs } from './late-configs.js';

test('six layers: all tokens in four, then a hard fall', () => {
  expect(lateConfigs(6)).toEqual([
    [1, 1, 1, 1, 0.5, 0.25],
    [1, 1, 1, 1, 0.3, 0.15],
    [1, 1, 1, 1, 0.15, 0.075],
  ]);
});

test.each([1, 2, 3, 4, 12, 24])('%i layers: valid configurations', (layers) => {
  const configs = lateConfigs(layers);
  expect(configs).toHaveLength(layers === 1 ? 0 : 3);
  for (const config of configs) {
    expect(validateLengthConfig(config, layers)).toBe(config);
    expect(config.slice(0, Math.round((2 * layers) / 3)).every((ratio) => ratio === 1)).toBe(true);
    expect(config.at(-1)).toBeLessThanOrEqual(0.5);
  }
});
