import fc from 'fast-check';
import { classLabels, distinctLabels, labelNotes } from './class-labels.js';

describe('classLabels', () => {
  test.each<[string, Record<string, unknown>, string[]]>([
    ['nothing', {}, ['LABEL_0', 'LABEL_1']],
    ['a count', { num_labels: 3 }, ['LABEL_0', 'LABEL_1', 'LABEL_2']],
    ['names', { id2label: { 0: 'a', 1: 'b' } }, ['a', 'b']],
    ['names in a list', { id2label: ['a', 'b'] }, ['a', 'b']],
    ['no names', { id2label: {}, num_labels: 1 }, ['LABEL_0']],
    ['null', { id2label: null, num_labels: null }, ['LABEL_0', 'LABEL_1']],
    [
      'names of default and another count',
      { id2label: { 0: 'LABEL_0', 1: 'LABEL_1' }, num_labels: 4 },
      ['LABEL_0', 'LABEL_1', 'LABEL_2', 'LABEL_3'],
    ],
    ['names and another count', { id2label: { 0: 'a', 1: 'b', 2: 'c' }, num_labels: 5 }, ['a', 'b', 'c']],
    ['a gap', { id2label: { 0: 'a', 2: 'c', 3: 'd' } }, ['a', 'LABEL_1', 'c']],
    [
      'a gap that the count explains',
      { id2label: { 0: 'a', 2: 'c' }, num_labels: 4 },
      ['a', 'LABEL_1', 'c', 'LABEL_3'],
    ],
    ['a gap that it does not', { id2label: { 0: 'a', 2: 'c' }, num_labels: 2 }, ['a', 'LABEL_1']],
    [
      'ten classes and more',
      { id2label: Object.fromEntries(Array.from({ length: 11 }, (_, i) => [i, `n${i}`])) },
      Array.from({ length: 11 }, (_, i) => `n${i}`),
    ],
  ])('of %s', (_, config, labels) => {
    expect(classLabels(config)).toEqual(labels);
  });

  test.each<[Record<string, unknown>, RegExp]>([
    [{ id2label: { a: 'b' } }, /names the class "a"/],
    [{ id2label: { '-1': 'b' } }, /names the class "-1"/],
    [{ id2label: { '1.5': 'b' } }, /names the class "1\.5"/],
    [{ num_labels: 0 }, /"num_labels" is 0; expected a whole number from 1/],
    [{ num_labels: '3' }, /"num_labels" is "3"; expected a number/],
  ])('refuses %j', (config, message) => {
    expect(() => classLabels(config)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringMatching(message) }),
    );
  });
});

describe('distinctLabels', () => {
  test('puts class numbers behind names that are shared, whatever the others are called', () => {
    expect(distinctLabels(['x', 'x', 'y'])).toEqual(['x (0)', 'x (1)', 'y']);
    expect(distinctLabels(['x', 'x', 'x (1)'])).toEqual(['x (0)', 'x (1) (1)', 'x (1)']);
  });

  test('gives as many names as came, all different, and leaves alone what was', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', 'b', 'a (0)', 'a (1)', 'a (0) (0)', 'b (2)', 'c'), { maxLength: 8 }),
        (labels) => {
          const distinct = distinctLabels(labels);
          expect(distinct).toHaveLength(labels.length);
          expect(new Set(distinct).size).toBe(labels.length);
          labels.forEach((label, i) => {
            if (labels.indexOf(label) === labels.lastIndexOf(label)) expect(distinct[i]).toBe(label);
          });
        },
      ),
    );
  });
});

test('labelNotes says what became of names', () => {
  const config = { id2label: { 0: 'x', 1: 'x', 5: 'far' } };
  expect(labelNotes(config, { labels: ['x (0)', 'x (1)', 'LABEL_2'] })).toEqual([
    'config.json names a class 5 ("far"), and the model has classes 0 to 2: that name is not used.',
    'config.json gives several classes one name; here class 0 is "x (0)", class 1 is "x (1)".',
  ]);
  expect(labelNotes({ id2label: { 0: 'a', 1: 'b' } }, { labels: ['a', 'b'] })).toEqual([]);
  expect(labelNotes(config, { labels: [] })).toEqual([]);
});
