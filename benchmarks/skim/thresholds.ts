/**
 * Whether it helps that each input keeps as many tokens as it needs, by thresholds on the scores: against shares of the same mean cost, on long and uneven
 * texts. Fitted on one half of them and scored on the other, both ways round. Nothing of the engine is changed: each input runs at the lengths it got.
 */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRandom, shuffled } from '@length-adaptive/core';
import { mean, openText } from '@length-adaptive/models';
import { openOnnx } from '@length-adaptive/onnx';
import { dataFolder } from '../accuracy/accuracy-rows.js';
import type { Row } from '../harness.js';
import { formatTable } from '../harness.js';
import type { Counts, FitRule, ScoredInput } from './threshold-rules.js';
import { byFallingShares, byShares, byThresholds, fitAtCost } from './threshold-rules.js';

const reviews = Number(process.env['BENCH_REVIEWS'] ?? 200);
const maxLength = 256;
const seed = 42;

/** What the live demo's model was searched to run at. */
const settings = [
  { id: 'wide', shares: [0.83, 0.68, 0.52, 0.46, 0.44, 0.11] },
  { id: 'narrow', shares: [0.72, 0.52, 0.37, 0.27, 0.19, 0.14] },
] as const;

const rulesOf = (shares: readonly number[]): readonly { readonly id: string; readonly fit: FitRule }[] => [
  { id: 'shares', fit: byShares(shares) },
  { id: 'thresholds_0', fit: byThresholds(shares, 0) },
  { id: 'thresholds_50', fit: byThresholds(shares, 0.5) },
  { id: 'thresholds_100', fit: byThresholds(shares, 1) },
  { id: 'falling_25', fit: byFallingShares(shares, 0.25) },
];

const logSoftmax = (logits: ArrayLike<number>): number[] => {
  const values = Array.from(logits);
  const most = Math.max(...values);
  const norm = most + Math.log(values.reduce((total, value) => total + Math.exp(value - most), 0));
  return values.map((value) => value - norm);
};

/** KL(full || reduced) */
const divergence = (full: ArrayLike<number>, reduced: ArrayLike<number>): number => {
  const [p, q] = [logSoftmax(full), logSoftmax(reduced)];
  return p.reduce((total, value, i) => total + Math.exp(value) * (value - (q[i] ?? 0)), 0);
};

/** The middle 95 % of the means of resampled values. */
const interval = (values: readonly number[]): readonly [number, number] => {
  const random = createRandom(seed);
  const means = Array.from({ length: 2000 }, () =>
    mean(values.map(() => values[random.integer(0, values.length - 1)] ?? 0)),
  ).sort((a, b) => a - b);
  return [means[50] ?? 0, means[1949] ?? 0];
};

/** Shares that keep exactly these counts. */
const lengthsOf = (counts: Counts, tokens: number): number[] => counts.map((count) => (count - 0.5) / tokens);

const readReviews = async (): Promise<string[]> => {
  const lines = (await openText(path.join(dataFolder, 'imdb/test.jsonl.gz'))).split('\n').filter((line) => line !== '');
  return shuffled(lines, createRandom(seed))
    .slice(0, reviews)
    .map((line) => (JSON.parse(line) as { readonly text: string }).text);
};

/** Rows `skim.thresholds.SETTING.RULE`: KL to the full length; and how much more or less it is than with shares. */
export const thresholdRows = async (): Promise<Row[]> => {
  const folder = fileURLToPath(new URL('../../apps/docs/public/models/sentiment', import.meta.url));
  const { model, tokenizer } = await openOnnx(folder, { threads: 1 });
  const layers = model.dimensions.layers;
  const texts = await readReviews();
  const inputs = texts.map((text) => tokenizer.encode(text, undefined, { maxLength }));
  const full: Float32Array[] = [];
  const scored: ScoredInput[] = [];
  for (const input of inputs) {
    const tokens = input.ids.length;
    full.push(await model.run([input]));
    const scores = (await model.tokenScores?.(input, { lengths: new Array<number>(layers).fill(1) })) ?? [];
    scored.push({ tokens, scores: scores.map((row) => row.map((score) => score / mean(row))) });
  }
  const costOf = (tokens: number, counts: Counts): number =>
    model.macs(tokens, { lengths: lengthsOf(counts, tokens) }) / 1e9;
  const fullCost = mean(inputs.map(({ ids }) => model.macs(ids.length) / 1e9));
  const halves = [0, 1].map((parity) => inputs.flatMap((_, i) => (i % 2 === parity ? [i] : [])));
  const rows: Row[] = [];
  for (const { id: setting, shares } of settings) {
    const found = new Map<string, { readonly divergences: number[]; readonly costs: number[] }>();
    for (const { id, fit } of rulesOf(shares)) {
      const divergences = new Array<number>(inputs.length).fill(0);
      const costs = new Array<number>(inputs.length).fill(0);
      for (const [fitted = [], held = []] of [halves, [...halves].reverse()]) {
        const own = fitted.map((i) => scored[i] as ScoredInput);
        const plain = byShares(shares)(own, 1);
        const target = mean(own.map((input) => costOf(input.tokens, plain(input))));
        const rule = id === 'shares' ? plain : fitAtCost(fit, own, target, costOf);
        for (const i of held) {
          const [input, { tokens }] = [inputs[i], scored[i]] as [(typeof inputs)[number], ScoredInput];
          const counts = rule(scored[i] as ScoredInput);
          const logits = await model.run([input], { point: { lengths: lengthsOf(counts, tokens) } });
          divergences[i] = divergence(full[i] ?? [], logits);
          costs[i] = costOf(tokens, counts);
        }
      }
      found.set(id, { divergences, costs });
    }
    const plain = found.get('shares')?.divergences ?? [];
    for (const [id, { divergences, costs }] of found) {
      const cost = mean(costs) / fullCost;
      const [low, high] = interval(divergences.map((value, i) => value - (plain[i] ?? 0)));
      const spread = `costs of inputs from ${(Math.min(...costs) / fullCost).toFixed(2)} to ${(Math.max(...costs) / fullCost).toFixed(2)} of the mean full cost`;
      rows.push({
        id: `skim.thresholds.${setting}.${id}`,
        value: mean(divergences),
        unit: 'KL',
        note: `divergence from the full length at ${cost.toFixed(3)}x MACs; less that of shares: ${low.toFixed(4)} to ${high.toFixed(4)} (95 %, paired over inputs); ${spread}; the live demo's sentiment model, attention, on ${inputs.length} IMDB reviews of at most ${maxLength} tokens, fitted on one half and scored on the other, both ways round`,
      });
    }
  }
  model.dispose();
  console.log(
    formatTable(
      ['rule', 'KL', 'note'],
      rows.map(({ id, value, note }) => [id, value.toFixed(4), note.split(';').slice(0, 2).join(';')]),
    ),
  );
  return rows;
};
