import { processorTime } from './processor-time.js';

test('tells the time of the processor, in which it rests or is with others not counted', async () => {
  const now = processorTime();
  if (now === undefined) throw new Error('Node has this clock');
  const [start, wall] = [now(), performance.now()];
  await new Promise((resolve) => setTimeout(resolve, 300));
  const rested = now() - start;
  expect(performance.now() - wall).toBeGreaterThan(290);
  expect(rested).toBeLessThan(250);
  const before = now();
  let sum = 0;
  while (now() - before < 20) sum += Math.sqrt(sum + 1);
  expect(sum).toBeGreaterThan(0);
  expect(now()).toBeGreaterThanOrEqual(before + 20);
});

test('there is none where a program does not know its times', () => {
  const { process } = globalThis;
  try {
    Object.assign(globalThis, { process: undefined });
    expect(processorTime()).toBeUndefined();
    Object.assign(globalThis, { process: {} });
    expect(processorTime()).toBeUndefined();
  } finally {
    Object.assign(globalThis, { process });
  }
});
