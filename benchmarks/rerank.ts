/** Reranking 30 passages of about 300 tokens: how well and how fast at every length, by a cascade, and within a deadline. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { constantRatioConfig } from '@length-adaptive/core';
import type { Cascade, MeasuredCascade } from '@length-adaptive/models';
import { createReranker, searchCascades, withCascades } from '@length-adaptive/models';
import { openOnnx } from '@length-adaptive/onnx';
import { dataFolder } from './accuracy/accuracy-rows.js';
import type { Row } from './harness.js';
import { formatSpread, quantile, ratio, report, spread } from './harness.js';
import type { Candidates } from './rerank/candidates.js';
import { candidatesOf, gainAt } from './rerank/candidates.js';
import { bestWithin, describeCascade, pointsFor, scoreFirst, scoreOn } from './rerank/cascades.js';
import { about as model, devFile, trainCrossEncoder, trainFile, trainReranker } from './rerank/recipe.js';

const candidates = 30;

/** So many of the first candidates take about as much at the full length as a cascade does. */
const firstOnly = 10;
const seed = 42;

const countOf = (name: string, usual: number): number => Number(process.env[name] ?? usual);

/** Queries that cascades are searched on, that rankings are scored on, that are timed, and that have a deadline. */
const queries = {
  searched: countOf('BENCH_SEARCH_QUERIES', 20),
  scored: countOf('BENCH_QUERIES', 200),
  timed: countOf('BENCH_TIMED_QUERIES', 15),
  due: countOf('BENCH_DEADLINE_QUERIES', 500),
  priors: countOf('BENCH_PRIOR_QUERIES', 100),
};

/** The model before it learnt to lose tokens, where the prior alone says which of a passage go, and where attention does. */
const scorePriors = async (lists: readonly Candidates[]) => {
  const folder = await trainCrossEncoder();
  const rows = [];
  for (const prior of ['question-overlap', 'first-text'] as const) {
    const opened = await openOnnx(folder, { threads: 1, prior });
    const lengths = constantRatioConfig(opened.model.dimensions.layers, 0.7);
    const reranker = createReranker(opened);
    const scored = await scoreOn(reranker, lists, { point: { lengths }, keep: 0 });
    reranker.dispose();
    rows.push({ prior, lengths: lengths.map((share) => share.toFixed(2)).join(' '), ...scored });
  }
  return rows;
};

const measure = async (): Promise<Row[]> => {
  const opened = await openOnnx(await trainReranker(), { threads: 1 });
  const { layers } = opened.model.dimensions;
  const reranker = createReranker(opened);
  const together = { count: candidates, together: 2, seed };
  const toSearch = await candidatesOf(trainFile, { questions: queries.searched, ...together });
  const all = await candidatesOf(devFile, { questions: Math.max(queries.scored, queries.due), ...together });
  const scored = all.slice(0, queries.scored);
  const tokens =
    scored
      .slice(0, 20)
      .flatMap(({ query, documents }) => documents.map((text) => opened.tokenizer.encode(query, text).ids.length))
      .reduce((sum, count) => sum + count, 0) /
    (candidates * Math.min(20, scored.length));

  console.log(`searching cascades on ${toSearch.length} queries of the training articles, without labels`);
  const how = { points: pointsFor(layers), keeps: [0, 2, 3, 5, 8, 10] };
  const { cascades: single } = await searchCascades(opened, toSearch, { ...how, keeps: [0] });
  const record = await searchCascades(opened, toSearch, { ...how, ordered: true });
  const contenders = {
    full: undefined,
    at_half: bestWithin(single, 0.5),
    at_0_3: bestWithin(single, 0.3),
    cascade: bestWithin(record.cascades, 0.38),
  } satisfies Record<string, Cascade | undefined>;
  const ordered = createReranker(opened, { ordered: true });
  const rerankers = { full: reranker, at_half: reranker, at_0_3: reranker, cascade: ordered };

  const about = `${model}; ${candidates} passages of BM25 a query, ${tokens.toFixed(0)} tokens a pair on average; fp32, 1 thread; seed ${seed}`;
  const describe = (cascade: MeasuredCascade | undefined): string =>
    cascade === undefined
      ? 'full length'
      : `${cascade.keep > 0 ? 'by the order of BM25, too: ' : ''}${describeCascade(cascade)}, fidelity ${cascade.fidelity.toFixed(3)} on ${toSearch.length} unlabelled queries`;
  const rows: Row[] = [];
  const row = (id: string, value: number, unit: string, note: string): void => {
    rows.push({ id: `rerank.${id}`, value, unit, note: `${note}; ${about}` });
  };

  console.log(`scoring ${scored.length} queries`);
  const names = Object.keys(contenders) as (keyof typeof contenders)[];
  row(
    'bm25',
    scored.reduce((sum, { relevant }) => sum + gainAt(relevant), 0) / scored.length,
    'nDCG@10',
    `the candidates as they come, ${scored.length} queries of articles that nothing was trained on`,
  );
  for (const name of names) {
    const cascade = contenders[name];
    const { ndcg, cost } = await scoreOn(rerankers[name], scored, cascade);
    row(name, ndcg, 'nDCG@10', `${describe(cascade)}, at ${cost.toFixed(3)}x MACs; ${scored.length} queries`);
  }
  const first = await scoreFirst(reranker, scored, firstOnly);
  row(
    'first',
    first.ndcg,
    'nDCG@10',
    `the first ${firstOnly} of BM25 at full length, the others as they come, at ${first.cost.toFixed(3)}x MACs; ${scored.length} queries`,
  );
  for (const { prior, ndcg, cost, lengths } of await scorePriors(scored.slice(0, queries.priors)))
    row(
      `prior.${prior}`,
      ndcg,
      'nDCG@10',
      `before it was adapted, at ${lengths}, at ${cost.toFixed(3)}x MACs; ${queries.priors} queries`,
    );

  console.log(`timing ${queries.timed} queries`);
  const times = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<
    keyof typeof contenders,
    number[]
  >;
  for (const [at, { query, documents }] of [...scored.slice(0, 1), ...scored.slice(0, queries.timed)].entries())
    for (const name of names) {
      const { milliseconds } = await rerankers[name].rerank(query, documents, { cascade: contenders[name] });
      if (at > 0) times[name].push(milliseconds);
    }
  for (const name of names)
    row(`${name}.ms`, quantile(times[name], 0.5), 'ms a query', `${formatSpread(spread(times[name]), 0)}, in turn`);
  for (const name of names.slice(1)) {
    const speedup = ratio(times.full, times[name]);
    row(`${name}.speedup`, speedup.p50, 'times the full length', `${formatSpread(speedup)}, paired by query`);
  }

  const due = all.slice(0, queries.due);
  const deadlineMs = quantile(times.full, 0.5) / 2;
  console.log(`${due.length} queries within ${deadlineMs.toFixed(0)} ms`);
  const timely = createReranker({ ...opened, lengthAdaptive: withCascades(opened.lengthAdaptive, record) });
  await timely.calibrate();
  const late: number[] = [];
  let [gain, again, unseen] = [0, 0, 0];
  for (const { query, documents, relevant } of due) {
    const start = performance.now();
    const ranking = await timely.rerank(query, documents, { deadlineMs });
    late.push((performance.now() - start) / deadlineMs);
    gain += gainAt(ranking.results.findIndex(({ index }) => index === relevant));
    again += ranking.results.filter(({ point }) => point.lengths?.every((share) => share === 1)).length;
    unseen += ranking.unseen.length;
  }
  const took = `took ${formatSpread(spread(late))} of the deadline, at most ${Math.max(...late).toFixed(2)}; the deadline is half the median time of the full length, ${deadlineMs.toFixed(0)} ms; ${due.length} queries`;
  row(
    'deadline.missed',
    late.filter((share) => share > 1.1).length / due.length,
    'share later than the deadline and 10 %',
    took,
  );
  row(
    'deadline.ndcg',
    gain / due.length,
    'nDCG@10',
    `${(again / due.length).toFixed(1)} passages a query at full length, ${(unseen / due.length).toFixed(2)} unseen; ${took}`,
  );
  reranker.dispose();
  return rows;
};

if (existsSync(path.join(dataFolder, 'squad11'))) report('rerank', await measure());
else console.log(`rerank is left out: there is no squad11 in ${dataFolder} (LENGTH_ADAPTIVE_DATA).`);
