import { nearest } from './nearest.js';

test.each([
  ['learning-rat', 'learningRate'],
  ['epoch', 'epochs'],
  ['SEED', 'seed'],
])('%s most likely stands for %s', (word, expected) => {
  expect(nearest(word, ['epochs', 'learningRate', 'seed'])).toBe(expected);
});

test('without known words there is none', () => expect(nearest('x', [])).toBeUndefined());
