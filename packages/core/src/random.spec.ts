import { createRandom, shuffled } from './random.js';

test('streams of a seed are independent of each other and repeatable', () => {
  const draw = (...stream: number[]) => Array.from({ length: 4 }, createRandom(42, ...stream).uniform);
  expect(draw(1, 2)).toEqual(draw(1, 2));
  expect(draw(1, 2)).not.toEqual(draw(2, 1));
  expect(draw(1)).not.toEqual(draw(1, 0));
});

test('uniform and normal numbers have the right moments', () => {
  const random = createRandom(1);
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const uniform = Array.from({ length: 20_000 }, random.uniform);
  const normal = Array.from({ length: 20_000 }, random.normal);
  expect(mean(uniform)).toBeCloseTo(0.5, 1);
  expect(mean(uniform.map((x) => x * x))).toBeCloseTo(1 / 3, 1);
  expect(mean(normal)).toBeCloseTo(0, 1);
  expect(mean(normal.map((x) => x * x))).toBeCloseTo(1, 1);
  expect(uniform.every((x) => x >= 0 && x < 1)).toBe(true);
});

test('a shuffle is a permutation that leaves its input alone', () => {
  const items = Array.from({ length: 50 }, (_, i) => i);
  const order = shuffled(items, createRandom(9));
  expect(order).not.toEqual(items);
  expect([...order].sort((a, b) => a - b)).toEqual(items);
});

test('Math.random is never called', () => {
  const spy = jest.spyOn(Math, 'random').mockImplementation(() => {
    throw new Error('Math.random was called');
  });
  try {
    expect(createRandom(1).integer(3, 3)).toBe(3);
  } finally {
    spy.mockRestore();
  }
});
