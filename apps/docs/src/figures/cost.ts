import type { CostParts } from '@length-adaptive/core';
import { costParts, fullLength } from '@length-adaptive/core';
import type { RecordedExample } from '../recorded.js';
import { linear } from './scale.js';
import type { Figure } from './svg.js';
import { box, label } from './svg.js';

const lengths = [16, 128, 512];
const left = 132;
const right = 500;
const parts = [
  ['projections', 'part-a'],
  ['attention', 'part-b'],
  ['feedForward', 'part-c'],
] as const;
const names = { projections: 'projections', attention: 'attention', feedForward: 'feed-forward' };
const legend = [left, left + 118, left + 222];

/** Where the multiply-accumulates go, at the full length and at one configuration, for short and long inputs. */
export const costFigure = ({ encoder, lengthConfig }: RecordedExample): Figure => {
  const total = (cost: CostParts): number => parts.reduce((sum, [part]) => sum + cost[part], 0);
  const rows = lengths.flatMap((length) => {
    const full = costParts(encoder, fullLength(encoder.layers), length);
    return [
      { name: `${length} tokens, full`, cost: full, of: total(full) },
      { name: 'shorter', cost: costParts(encoder, lengthConfig, length), of: total(full) },
    ];
  });
  const x = linear([0, 1], [left, right]);
  return {
    alt: `Multiply-accumulates by part, relative to the full length. ${rows.map(({ name, cost, of }) => `${name}: ${(total(cost) / of).toFixed(2)}x, of it attention ${(cost.attention / of).toFixed(2)}`).join('. ')}.`,
    width: 560,
    height: 42 + lengths.length * 62,
    parts: [
      ...parts.flatMap(([part, kind], i) => [
        box(legend[i] ?? left, 8, 12, 12, kind),
        label((legend[i] ?? left) + 18, 18, names[part]),
      ]),
      ...rows.flatMap(({ name, cost, of }, i) => {
        const y = 40 + Math.floor(i / 2) * 62 + (i % 2) * 24;
        let at = 0;
        return [
          label(left - 10, y + 13, name, { anchor: 'end', kind: i % 2 === 0 ? 'ink' : 'soft' }),
          ...parts.map(([part, kind]) => {
            const share = cost[part] / of;
            const start = at;
            at += share;
            return box(x(start), y, x(share) - left, 18, kind, `${names[part]} ${share.toFixed(2)}`);
          }),
          label(x(at) + 8, y + 13, `${at.toFixed(2)}x`, { kind: 'ink' }),
        ];
      }),
    ],
  };
};
