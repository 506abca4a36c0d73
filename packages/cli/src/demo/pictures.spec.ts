import type { Inspection } from '@length-adaptive/models';
import { paretoPicture } from './pareto-picture.js';
import { travelPicture } from './travel-picture.js';

test('scores against costs, each where it belongs', () => {
  const points = [
    { cost: 0.25, score: 0.9, mark: '●' },
    { cost: 0.5, score: 0.94, mark: '●' },
    { cost: 1, score: 0.96, mark: '◆' },
  ];
  expect(paretoPicture(points, 'accuracy')).toEqual([
    '     accuracy',
    '0.96 ┤                                                       ◆',
    '     │',
    '     │',
    '0.94 ┤                            ●',
    '     │',
    '0.92 ┤',
    '     │',
    '     │',
    '0.90 ┤              ●',
    '     └┬─────────────┬─────────────┬────────────┬─────────────┬',
    '      0.00         0.25          0.50         0.75          1.00  x MACs',
  ]);
});

test('a bar a layer, and the words that stay, with a dot where others stood', () => {
  const text = 'You have won money now';
  const inspection = {
    encoding: {
      ids: [1, 2, 3, 4, 5, 6, 7],
      typeIds: [],
      tokens: ['[CLS]', 'you', 'have', 'won', 'money', 'now', '[SEP]'],
      offsets: [null, [0, 3], [4, 8], [9, 12], [13, 18], [19, 22], null],
      sequenceIds: [null, 0, 0, 0, 0, 0, null],
      truncated: false,
    },
    layers: [
      [0, 3, 4, 5],
      [0, 4],
    ],
  } as unknown as Inspection;
  expect(travelPicture(inspection, text, 76)).toEqual([
    `tokens   7  ${'█'.repeat(40)}`,
    `layer 1  4  ${'█'.repeat(23)}${'░'.repeat(17)}`,
    `layer 2  2  ${'█'.repeat(11)}${'░'.repeat(29)}`,
    '',
    '[CLS] · money ·',
  ]);
});
