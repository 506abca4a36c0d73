import type { RecordedExample } from '../recorded.js';
import { box, dot, label, line, title } from './svg.js';
import { layersStayed } from './travel.js';

const row = 20;
const top = 48;
const left = 96;
const right = 560;
const width = 640;

/** Seconds that a token takes through the model, and that the picture stands still. */
const [travel, rest] = [4, 3];

/** A moment as a share of the whole animation, in percent. */
const percent = (seconds: number): string => ((100 * seconds) / (travel + rest)).toFixed(1);

const style = (moves: string): string => `<style>
svg { --ink: #1c2330; --soft: #667085; --line: #e2e6ec; --accent: #2557d6; --bar: #b9c7ee; font: 13px system-ui, sans-serif; }
@media (prefers-color-scheme: dark) { svg { --ink: #e6e9ef; --soft: #98a2b3; --line: #2b3442; --accent: #7ea6ff; --bar: #3a4d7d; } }
.ink { fill: var(--ink); } .soft { fill: var(--soft); } .accent-text { fill: var(--accent); } .grid { stroke: var(--line); }
.restored { stroke: var(--soft); stroke-dasharray: 1 5; } .bar { fill: var(--bar); } .bar-through { fill: var(--accent); }
.dot { fill: var(--bar); } .dot-through { fill: var(--accent); }
@media (prefers-reduced-motion: no-preference) {
  .bar, .bar-through { transform-box: fill-box; transform-origin: left; animation-duration: ${travel + rest}s; animation-timing-function: linear; animation-iteration-count: infinite; }
  .restored, .dot, .dot-through { animation: end ${travel + rest}s linear infinite; }
  @keyframes end { 0%, ${percent(travel)}% { opacity: 0; } ${percent(travel + 0.3)}%, 100% { opacity: 1; } }
${moves}
}
</style>`;

/**
 * Tokens on their way through the layers, each as far as it goes, as a picture that moves: one that stands alone, in light and dark, and still for
 * readers who want no motion.
 */
export const travelAnimation = (example: RecordedExample): string => {
  const { tokens, layers, sentence, cost } = example;
  const step = (right - left) / layers.length;
  const bottom = top + tokens.length * row;
  const end = right + 20;
  const stayed = layersStayed(example);
  const reach = (layersHere: number): number =>
    layersHere === layers.length ? right : left + (layersHere + 0.5) * step;
  const moves = [...new Set(stayed)].map((layersHere) => {
    const arrives = percent((travel * (reach(layersHere) - left)) / (right - left));
    return `  .to-${layersHere} { animation-name: to-${layersHere}; } @keyframes to-${layersHere} { 0% { transform: scaleX(0); } ${arrives}%, 100% { transform: scaleX(1); } }`;
  });
  const parts = [
    label(left - 10, 20, 'layer', { anchor: 'end' }),
    ...layers.flatMap((positions, i) => {
      const x = left + (i + 0.5) * step;
      return [
        label(x, 20, String(i + 1), { anchor: 'middle', kind: 'ink' }),
        line(left + (i + 1) * step, top - 14, left + (i + 1) * step, bottom, 'grid'),
        label(x, bottom + 22, String(positions.length), { anchor: 'middle', kind: 'accent-text' }),
      ];
    }),
    label(left - 10, bottom + 22, 'tokens kept', { anchor: 'end' }),
    ...tokens.flatMap((shown, i) => {
      const y = top + i * row;
      const layersHere = stayed[i] ?? 0;
      const through = layersHere === layers.length;
      const x = reach(layersHere);
      return [
        label(left - 10, y + 4, shown, { anchor: 'end', kind: through ? 'ink' : 'soft' }),
        ...(through ? [] : [line(x, y, end, y, 'restored')]),
        box(left, y - 5, x - left, 10, `${through ? 'bar-through' : 'bar'} to-${layersHere}`),
        dot(end, y, 4, through ? 'dot-through' : 'dot'),
      ];
    }),
  ];
  const alt = `Tokens of “${sentence}” pass a model of ${layers.length} layers. ${tokens.length} enter; ${layers.map((kept) => kept.length).join(', ')} stay after the layers; all of them are back at the end, for ${cost.toFixed(2)} of the full cost.`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${bottom + 40}" role="img">${title(alt)}${style(moves.join('\n'))}${parts.join('')}</svg>`;
};
