import { formatLengthAdaptiveFile, hasLengthDrop, validateLengthAdaptiveFile } from './length-adaptive-file.js';
import type { LengthAdaptiveFile } from './length-adaptive-file.js';

const file: LengthAdaptiveFile = {
  format: 'length-adaptive',
  version: 1,
  training: { method: 'length-drop', dropRatioBound: 0.2 },
  search: { seed: 7, generations: 30, metric: 'accuracy', split: 'dev', examples: 872, meanTokens: 25.2, extra: true },
  paretoSet: [
    { lengthConfig: [1, 1], score: 0.92, cost: 1, macs: 1e9, latencyMs: 12 },
    { lengthConfig: [0.5, 0.25], score: 0.9, cost: 0.4, flips: 0.05 },
  ],
};
const point = { lengthConfig: [0.5, 0.5], score: 1, cost: 0.5 };

describe('length_adaptive.json', () => {
  test('is read as it was written, cheapest configuration first, unknown fields kept', () => {
    const read = validateLengthAdaptiveFile(JSON.parse(formatLengthAdaptiveFile({ ...file, note: 'kept' })));
    expect(read).toEqual({ ...file, note: 'kept', paretoSet: [file.paretoSet[1], file.paretoSet[0]] });
  });

  test('an empty Pareto set is allowed: trained, not searched', () => {
    expect(validateLengthAdaptiveFile({ format: 'length-adaptive', version: 1, paretoSet: [] }).paretoSet).toEqual([]);
  });

  test.each<[LengthAdaptiveFile['training'], boolean]>([
    [undefined, false],
    [{ seed: 1 }, false],
    [{ epochs: 2, lengthDropEpochs: 0, dropRatioBound: 0.2 }, false],
    [{ lengthDropEpochs: 2, dropRatioBound: 0.2 }, true],
    [{ method: 'length-drop', dropRatioBound: 0.2 }, true],
    [{ dropRatioBound: 'x' }, false],
  ])('training %j: LengthDrop is %s', (training, expected) => {
    expect(hasLengthDrop(training && { training })).toBe(expected);
  });

  test.each<[string, unknown, RegExp]>([
    ['a list', [], /expected a JSON object/],
    ['another format', { ...file, format: 'x' }, /"format" is "x"/],
    ['a later version', { ...file, version: 2 }, /"version" is 2, and this release reads version 1\. Update the package/],
    ['training that is a text', { ...file, training: 'x' }, /"training"/],
    ['a metric that is a number', { ...file, search: { metric: 3 } }, /"search.metric" is not a text/],
    ['a seed that is a text', { ...file, search: { seed: '3' } }, /"search.seed" is not a number/],
    ['no Pareto set', { ...file, paretoSet: undefined }, /"paretoSet" is not a list/],
    ['a rising configuration', { ...file, paretoSet: [{ ...point, lengthConfig: [0.5, 0.6] }] }, /point 0 .*\[0.5, 0.6\], which rises/],
    ['a ratio of 0', { ...file, paretoSet: [{ ...point, lengthConfig: [0.5, 0] }] }, /expected numbers in \(0, 1\]/],
    ['a ratio above 1', { ...file, paretoSet: [{ ...point, lengthConfig: [1.5, 1] }] }, /expected numbers in \(0, 1\]/],
    ['an empty configuration', { ...file, paretoSet: [{ ...point, lengthConfig: [] }] }, /no lengthConfig/],
    ['configurations of different depth', { ...file, paretoSet: [point, { ...point, lengthConfig: [1] }] }, /point 1 .* 1 ratios, others have 2/],
    ['a score that is null', { ...file, paretoSet: [{ ...point, score: null }] }, /score null/],
    ['a cost above 1', { ...file, paretoSet: [{ ...point, cost: 40 }] }, /cost 40/],
    ['a negative latency', { ...file, paretoSet: [{ ...point, latencyMs: -1 }] }, /latencyMs -1/],
    ['flips that are a percentage', { ...file, paretoSet: [{ ...point, flips: 12 }] }, /flips 12, expected a share of answers in \[0, 1\]/],
    ['flips that are a text', { ...file, paretoSet: [{ ...point, flips: '0' }] }, /flips "0"/],
    ['a point that is a number', { ...file, paretoSet: [3] }, /is not an object/],
  ])('refuses %s', (_, value, message) => {
    expect(() => validateLengthAdaptiveFile(value)).toThrow(message);
    expect(() => validateLengthAdaptiveFile(value)).toThrow(expect.objectContaining({ code: 'FILE_INVALID' }));
  });
});
