/** Which answers of the live demo's sentiment model change with the budget, on sentences that are hard for it. Needs no data but its own. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { OperatingPoint } from '@length-adaptive/core';
import { startBackend } from '@length-adaptive/core/backend';
import { load } from '@length-adaptive/models';
import type { Row } from './harness.js';
import { report } from './harness.js';

const docs = new URL('../apps/docs/', import.meta.url);
const sentences = readFileSync(new URL('fixtures/hard-film-sentences.tsv', docs), 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => line.split('\t') as [text: string, label: string]);

await startBackend({ backends: ['wasm'] });
const predictor = await load(fileURLToPath(new URL('public/models/sentiment', docs)));
const texts = sentences.map(([text]) => text);
const answersAt = async (point?: OperatingPoint): Promise<string[]> =>
  (await predictor.predict(texts, { point, onError: 'throw' })).map(({ label }) => label);
const share = (holds: (i: number) => boolean): number => sentences.filter((_, i) => holds(i)).length / sentences.length;

const full = await answersAt();
const rows: Row[] = [];
for (const [index, { point, cost }] of predictor.paretoSet.entries()) {
  const answers = await answersAt(point);
  const name = cost === 1 ? 'full' : `point_${index}`;
  const what = `lengths ${point.lengths?.join(' ')}, ${cost.toFixed(3)} of the full MACs; ${sentences.length} film sentences with negations, sarcasm and turns`;
  rows.push({
    id: `flips.sentiment.${name}.flips`,
    value: share((i) => answers[i] !== full[i]),
    unit: 'share of answers other than at full length',
    note: what,
  });
  rows.push({
    id: `flips.sentiment.${name}.accuracy`,
    value: share((i) => answers[i] === sentences[i]?.[1]),
    unit: 'accuracy',
    note: what,
  });
  const flipped = texts.filter((_, i) => answers[i] !== full[i]);
  if (flipped.length > 0)
    console.log(`At ${cost.toFixed(3)} of the full MACs other answers to:\n  ${flipped.join('\n  ')}`);
}
predictor.dispose();
report('flips', rows);
process.exit(0);
