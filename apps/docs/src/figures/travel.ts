import type { RecordedExample } from '../recorded.js';
import type { Figure } from './svg.js';
import { box, dot, label, line } from './svg.js';

const row = 19;
const top = 42;
const left = 92;
const right = 404;

/** How many layers each token stays for: 0 for one that leaves in the first. */
export const layersStayed = ({ tokens, layers }: RecordedExample): number[] =>
  tokens.map((_, i) => layers.filter((kept) => kept.includes(i)).length);

/** How far each token of a sentence travels through the layers, and that all of them arrive. */
export const travelFigure = (example: RecordedExample): Figure => {
  const { tokens, layers, sentence, cost } = example;
  const step = (right - left) / layers.length;
  const bottom = top + tokens.length * row;
  const stayed = layersStayed(example);
  const kept = layers.map((positions) => positions.length);
  const end = right + 18;
  return {
    alt: `Tokens of the sentence “${sentence}” in a model of ${layers.length} layers: ${tokens.length} enter, ${kept.join(', ')} stay after the layers, one after the other, and all ${tokens.length} are there again at the end, for ${cost.toFixed(2)} of the full cost.`,
    width: 440,
    height: bottom + 34,
    parts: [
      label(left - 10, 18, 'layer', { anchor: 'end' }),
      ...layers.flatMap((positions, i) => {
        const x = left + (i + 0.5) * step;
        return [
          label(x, 18, String(i + 1), { anchor: 'middle', kind: 'ink' }),
          line(left + (i + 1) * step, top - 12, left + (i + 1) * step, bottom, 'grid'),
          label(x, bottom + 20, String(positions.length), { anchor: 'middle', kind: 'accent-text' }),
        ];
      }),
      label(left - 10, bottom + 20, 'tokens kept', { anchor: 'end' }),
      ...tokens.flatMap((shown, i) => {
        const y = top + i * row;
        const layersHere = stayed[i] ?? 0;
        const through = layersHere === layers.length;
        // It takes part in the attention of the layer that drops it, and leaves in its middle.
        const x = through ? right : left + (layersHere + 0.5) * step;
        return [
          label(left - 10, y + 4, shown, { anchor: 'end', kind: through ? 'ink' : 'soft' }),
          ...(through ? [] : [line(x, y, end, y, 'restored')]),
          box(
            left,
            y - 5,
            x - left,
            10,
            through ? 'bar-through' : 'bar',
            `${shown} ${through ? 'passes all layers' : `leaves in layer ${layersHere + 1}`}`,
          ),
          dot(end, y, 3.5, through ? 'dot-through' : 'dot'),
        ];
      }),
    ],
  };
};
