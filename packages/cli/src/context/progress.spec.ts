import { createProgress, formatSeconds } from './progress.js';

const watch = (isTTY: boolean, quiet = false) => {
  let text = '';
  let time = 0;
  const output = { write: (part: string) => (text += part), isTTY, columns: 60 };
  const progress = createProgress(output, 'train', { unit: 'steps', quiet, now: () => time });
  return {
    update: (at: number, done: number) => {
      time = at;
      progress.update(done, 100, 'loss 0.5');
    },
    end: () => progress.end(),
    text: () => text,
  };
};

test('on a terminal one line is redrawn, never wider than the terminal, and taken away', () => {
  const { update, end, text } = watch(true);
  update(0, 0);
  update(10, 1); // too soon to be redrawn
  update(2000, 20);
  end();
  const [, first, second, last] = text().split('\r\x1b[2K');
  expect(first).toBe('train  ░░░░░░░░░░░░░░░░░░░░  0%  0/100 steps  loss 0.5');
  expect(second).toBe('train  ████░░░░░░░░░░░░░░░░  20%  20/100 steps  10.0 steps/'.slice(0, 59));
  expect(last).toBe('');
});

test('elsewhere a plain line comes every ten seconds', () => {
  const { update, end, text } = watch(false);
  update(0, 0);
  update(9000, 9);
  update(10_000, 10);
  update(15_000, 15);
  end();
  expect(text()).toBe('train  10%  10/100 steps  1.00 steps/s  1m30s left  loss 0.5\n');
});

test('quiet says nothing', () => {
  const { update, end, text } = watch(true, true);
  update(0, 0);
  update(60_000, 50);
  end();
  expect(text()).toBe('');
});

test.each([
  [5.4, '5s'],
  [65, '1m05s'],
  [3725, '1h02m'],
])('%d seconds are %s', (seconds, text) => expect(formatSeconds(seconds)).toBe(text));
