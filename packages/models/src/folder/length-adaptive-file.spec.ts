import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatLengthAdaptiveFile, hasLengthDrop, validateLengthAdaptiveFile } from './length-adaptive-file.js';
import type { LengthAdaptiveFile } from './length-adaptive-file.js';

const file: LengthAdaptiveFile = {
  format: 'length-adaptive',
  version: 2,
  training: { method: 'length-drop', dropRatioBound: 0.2 },
  search: { seed: 7, generations: 30, metric: 'accuracy', split: 'dev', examples: 872, meanTokens: 25.2, extra: true },
  paretoSet: [
    { point: { lengths: [1, 1] }, score: 0.92, cost: 1, macs: 1e9, latencyMs: 12 },
    { point: { lengths: [0.5, 0.25] }, score: 0.9, cost: 0.4, flips: 0.05 },
  ],
};
const point = { point: { lengths: [0.5, 0.5] }, score: 1, cost: 0.5 };

/** A file as earlier releases wrote it. */
const version1 = {
  ...file,
  version: 1,
  search: { ...file.search, full: { lengthConfig: [1, 1], score: 0.92, cost: 1 } },
  reducer: { name: 'question-overlap', layers: 1, window: 5 },
  paretoSet: [
    { lengthConfig: [0.5, 0.25], score: 0.9, cost: 0.4, flips: 0.05 },
    { lengthConfig: [1, 1], score: 0.92, cost: 1, macs: 1e9, latencyMs: 12 },
  ],
  note: 'kept',
};
const point1 = { lengthConfig: [0.5, 0.5], score: 1, cost: 0.5 };

describe('length_adaptive.json', () => {
  test('is read as it was written, cheapest configuration first, unknown fields kept', () => {
    const read = validateLengthAdaptiveFile(JSON.parse(formatLengthAdaptiveFile({ ...file, note: 'kept' })));
    expect(read).toEqual({ ...file, note: 'kept', paretoSet: [file.paretoSet[1], file.paretoSet[0]] });
  });

  test('version 1 is read as version 2, and written as it', () => {
    const read = validateLengthAdaptiveFile(version1);
    expect(read).toEqual({
      ...file,
      search: { ...file.search, full: { point: { lengths: [1, 1] }, score: 0.92, cost: 1 } },
      prior: { name: 'question-overlap', layers: 1, window: 5 },
      paretoSet: [file.paretoSet[1], file.paretoSet[0]],
      note: 'kept',
    });
    const written: unknown = JSON.parse(formatLengthAdaptiveFile(read));
    expect(written).toMatchObject({ version: 2 });
    expect(written).not.toHaveProperty('reducer');
    expect(validateLengthAdaptiveFile(written)).toEqual(read);
  });

  test.each(['sentiment', 'question-answering'])('a published model of version 1 is read: %s', (name) => {
    const text = readFileSync(
      join(__dirname, `../../../../apps/docs/public/models/${name}/length_adaptive.json`),
      'utf8',
    );
    const published = JSON.parse(text) as {
      version: number;
      reducer?: unknown;
      paretoSet: { lengthConfig: number[] }[];
    };
    expect(published.version).toBe(1);
    const read = validateLengthAdaptiveFile(published);
    expect(read.paretoSet.map(({ point: { lengths } }) => lengths)).toEqual(
      published.paretoSet.map(({ lengthConfig }) => lengthConfig),
    );
    expect(read.prior).toEqual(published.reducer);
    expect(read.reducer).toBeUndefined();
  });

  test('a point without lengths is the full model, and what chooses tokens is kept with its settings', () => {
    const full = { point: {}, score: 1, cost: 1 };
    const reducer = { name: 'mine', window: 3 };
    const read = validateLengthAdaptiveFile({ ...file, reducer, paretoSet: [full, point] });
    expect(read).toMatchObject({ reducer, paretoSet: [point, full] });
  });

  test('an empty Pareto set is allowed: trained, not searched', () => {
    expect(validateLengthAdaptiveFile({ format: 'length-adaptive', version: 2, paretoSet: [] }).paretoSet).toEqual([]);
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
    [
      'a later version',
      { ...file, version: 3 },
      /"version" is 3, and this release reads versions 1 and 2\. Update the package/,
    ],
    ['training that is a text', { ...file, training: 'x' }, /"training"/],
    ['a metric that is a number', { ...file, search: { metric: 3 } }, /"search.metric" is not a text/],
    ['a seed that is a text', { ...file, search: { seed: '3' } }, /"search.seed" is not a number/],
    ['no Pareto set', { ...file, paretoSet: undefined }, /"paretoSet" is not a list/],
    [
      'a rising configuration',
      { ...file, paretoSet: [{ ...point, point: { lengths: [0.5, 0.6] } }] },
      /point 0 .*\[0.5, 0.6\], which rises/,
    ],
    [
      'a ratio of 0',
      { ...file, paretoSet: [{ ...point, point: { lengths: [0.5, 0] } }] },
      /expected numbers in \(0, 1\]/,
    ],
    [
      'a ratio above 1',
      { ...file, paretoSet: [{ ...point, point: { lengths: [1.5, 1] } }] },
      /expected numbers in \(0, 1\]/,
    ],
    ['no lengths at all', { ...file, paretoSet: [{ ...point, point: { lengths: [] } }] }, /point.lengths that are not/],
    ['lengths that are a text', { ...file, paretoSet: [{ ...point, point: { lengths: '0.5' } }] }, /are not a list/],
    ['a point that is missing', { ...file, paretoSet: [{ score: 1, cost: 0.5 }] }, /point 0 .* has no point/],
    [
      'a point with what this release does not run',
      { ...file, paretoSet: [{ ...point, point: { lengths: [0.5, 0.5], threshold: 4 } }] },
      /point 0 .* the field "threshold", and this release runs points with lengths, floor, reducer, skip, ranks and bits alone/,
    ],
    [
      'bits that are none',
      { ...file, paretoSet: [{ ...point, point: { lengths: [0.5, 0.5], bits: 4 } }] },
      /point 0 .* point\.bits that cannot be read.*"bits" is 4, expected 8 or 32/,
    ],
    [
      'a size that is none',
      { ...file, paretoSet: [{ ...point, fileBytes: -1 }] },
      /point 0 .* has fileBytes -1, expected a number from 0/,
    ],
    [
      'layers to leave out that are none',
      { ...file, paretoSet: [{ ...point, point: { lengths: [0.5, 0.5], skip: [2] } }] },
      /point 0 .* has point.skip that cannot be read\. .*"skip" is \[2\], expected layer numbers from 0 to 1/,
    ],
    [
      'all layers left out',
      { ...file, paretoSet: [{ ...point, point: { lengths: [0.5, 0.5], skip: [0, 1] } }] },
      /point 0 .* has point.skip that cannot be read\. .*at least one must run/,
    ],
    [
      'ranks that are none',
      { ...file, paretoSet: [{ ...point, point: { ranks: [8] } }] },
      /point 0 .* has point.ranks that cannot be read\. .*expected an object/,
    ],
    [
      'ranks of another depth than its lengths',
      {
        ...file,
        paretoSet: [{ ...point, point: { lengths: [0.5, 0.5], ranks: { attention: [1], feedForward: [1] } } }],
      },
      /point 0 .* "attention" has 1 entries for a model of 2 layers/,
    ],
    [
      'factors of a kind',
      { ...file, lowRank: { model: 'halves' } },
      /"lowRank" has model "halves", expected "matrices"/,
    ],
    ['factors without ranks', { ...file, lowRank: { model: 'factors' } }, /"lowRank" has other ranks than expected/],
    [
      'a reducer without a name',
      { ...file, reducer: { window: 3 } },
      /"reducer" is \{"window":3\}, expected .* a name/,
    ],
    ['a prior of another name', { ...file, prior: { name: 'magic' } }, /"prior" has the name "magic"/],
    [
      'version 1 with a rising configuration',
      { ...version1, paretoSet: [{ ...point1, lengthConfig: [0.5, 0.6] }] },
      /point 0 .*lengthConfig \[0.5, 0.6\], which rises/,
    ],
    [
      'version 1 with an empty configuration',
      { ...version1, paretoSet: [{ ...point1, lengthConfig: [] }] },
      /no lengthConfig/,
    ],
    ['version 1 with a point of version 2', { ...version1, paretoSet: [point] }, /no lengthConfig/],
    ['version 1 with another prior', { ...version1, reducer: { name: 'magic' } }, /"reducer" has the name "magic"/],
    [
      'configurations of different depth',
      { ...file, paretoSet: [point, { ...point, point: { lengths: [1] } }] },
      /point 1 .* 1 ratios, others have 2/,
    ],
    ['a score that is null', { ...file, paretoSet: [{ ...point, score: null }] }, /score null/],
    ['a cost above 1', { ...file, paretoSet: [{ ...point, cost: 40 }] }, /cost 40/],
    ['a negative latency', { ...file, paretoSet: [{ ...point, latencyMs: -1 }] }, /latencyMs -1/],
    [
      'flips that are a percentage',
      { ...file, paretoSet: [{ ...point, flips: 12 }] },
      /flips 12, expected a share of answers in \[0, 1\]/,
    ],
    [
      'an expected score that is a text',
      { ...file, paretoSet: [{ ...point, expectedScore: '0.8' }] },
      /expectedScore "0.8", expected a number/,
    ],
    ['a method that is a number', { ...file, search: { method: 2 } }, /"search.method" is not a text/],
    ['flips that are a text', { ...file, paretoSet: [{ ...point, flips: '0' }] }, /flips "0"/],
    ['a point that is a number', { ...file, paretoSet: [3] }, /is not an object/],
  ])('refuses %s', (_, value, message) => {
    expect(() => validateLengthAdaptiveFile(value)).toThrow(message);
    expect(() => validateLengthAdaptiveFile(value)).toThrow(expect.objectContaining({ code: 'FILE_INVALID' }));
  });
});
