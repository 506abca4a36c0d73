/** The models of the docs site's live demo: each in less than 16 MB, and what that costs. Writes them into apps/docs. `BENCH_MODELS=sentiment,question-answering,tagging` chooses. */
import { fileURLToPath } from 'node:url';
import type { DemoModel } from './demo-model/demo-models.js';
import { demoModels, vocabulary } from './demo-model/demo-models.js';
import { describeModel } from './demo-model/model-card.js';
import type { MadeModel } from './demo-model/stages.js';
import { makeModel } from './demo-model/stages.js';
import type { Row } from './harness.js';
import { report, rowsLeftOut } from './harness.js';

const rowsOf = (
  { id: model, recipe: { metric }, trained = 'after LengthDrop', dataSet, example }: DemoModel,
  { bytes, points, examples, meanTokens }: MadeModel,
): Row[] => {
  const after = `MiniLM-L6 ${trained} on ${dataSet}, ${vocabulary} of 30,522 tokens, 8-bit weights; ${examples} ${example} of ${meanTokens.after.toFixed(1)} tokens on average`;
  const before = `the model it was made of, all tokens, fp32; the same ${example}, ${meanTokens.before.toFixed(1)} tokens on average`;
  const row = (id: string, value: number, unit: string, note: string): Row => ({
    id: `demo-model.${model}.${id}`,
    value,
    unit,
    note,
  });
  const ofPoint = (name: string, { point, cost, score, flips }: MadeModel['points'][number]): Row[] => {
    const lengths = `lengths ${point.lengths?.join(' ')}`;
    return [
      row(`${name}.${metric}`, score.after, metric, `${lengths}; ${after}`),
      row(`${name}.${metric}_before`, score.before, metric, `${lengths}; ${before}`),
      row(`${name}.flips`, flips, 'share of answers other than at full length', `${lengths}; ${after}`),
      row(`${name}.cost`, cost, 'share of the full MACs', `${lengths}; ${after}`),
    ];
  };
  return [
    row('bytes', bytes.after, 'bytes', `model.safetensors; ${after}`),
    row('bytes_before', bytes.before, 'bytes', `model.safetensors; ${before}`),
    ...points.flatMap((found, index) => ofPoint(index === points.length - 1 ? 'full' : `point_${index}`, found)),
  ];
};

const rows: Row[] = [];
const asked = process.env['BENCH_MODELS']?.split(',');
for (const demo of demoModels.filter(({ id }) => asked?.includes(id) ?? true)) {
  const out = fileURLToPath(new URL(`../apps/docs/public/models/${demo.id}`, import.meta.url));
  const made = await makeModel(demo, out);
  if (!made) continue;
  await describeModel(out, demo, made);
  rows.push(...rowsOf(demo, made));
}
const modelOf = ({ id }: Row): string => id.split('.')[1] ?? '';
if (rows.length > 0) report('demo-model', [...rowsLeftOut('demo-model', rows, modelOf), ...rows]);
