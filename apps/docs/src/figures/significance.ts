import type { RecordedExample } from '../recorded.js';
import type { Figure } from './svg.js';
import { box, label } from './svg.js';

const row = 19;
const top = 36;
const left = 92;
const right = 396;

/** What a layer thinks of the tokens that enter it, and which of them leave it. */
export const significanceFigure = ({ tokens, significance, layers }: RecordedExample, layer: number): Figure => {
  const entered = layer === 0 ? tokens.map((_, i) => i) : [...(layers[layer - 1] ?? [])];
  const scores = significance[layer] ?? [];
  const largest = Math.max(...scores.slice(0, entered.length));
  const kept = layers[layer] ?? [];
  return {
    alt: `Significance of ${entered.length} tokens in layer ${layer + 1}: the ${kept.length} with the most attention stay, among them ${kept
      .slice(0, 4)
      .map((i) => tokens[i])
      .join(', ')}.`,
    width: 440,
    height: top + entered.length * row + 6,
    parts: [
      label(left, 16, `attention received in layer ${layer + 1}`, { kind: 'ink' }),
      ...entered.flatMap((position, i) => {
        const y = top + i * row;
        const score = scores[i] ?? 0;
        const stays = kept.includes(position);
        const width = (score / largest) * (right - left);
        return [
          label(left - 10, y + 4, tokens[position] ?? '', { anchor: 'end', kind: stays ? 'ink' : 'soft' }),
          box(left, y - 5, width, 10, stays ? 'bar-through' : 'bar'),
          label(left + width + 6, y + 4, score.toFixed(1)),
        ];
      }),
    ],
  };
};
