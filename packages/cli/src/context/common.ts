import type { DepartedAnswer, MetricName, PriorName, ScoreName } from '@length-adaptive/models';
import type { Precision } from '@length-adaptive/onnx';
import { choice, either, enabled, flag, number, text, texts } from './option.js';

/** Options of every command. */
export const commonOptions = {
  backend: choice(['wasm', 'cpu'], 'what computes', 'wasm'),
  threads: number('N', 'threads of the wasm backend (default: the cores, at most 8)', {
    integer: true,
    min: 1,
    fallback: undefined,
  }),
  seed: number('N', 'seed of every random choice', { integer: true, min: 0, max: 2 ** 32 - 1, fallback: 42 }),
  json: { ...flag('print JSON on stdout, errors as JSON on stderr'), transient: true },
  quiet: { ...flag('no progress and no notes on stderr'), transient: true },
  color: { ...enabled('no colour, also on a terminal'), transient: true },
} as const;

/** Precisions of the onnx engine. */
export const precisionNames: readonly Precision[] = ['fp32', 'fp16', 'int8'];

/** Options of commands that run a model on either engine, those of every command among them. */
export const engineOptions = {
  engine: choice(
    ['auto', 'onnx', 'tfjs'],
    'what runs the model; auto is onnx if onnxruntime-node is installed and no --backend is given, else tfjs',
    'auto',
  ),
  precision: choice(precisionNames, 'what onnx stores weights in and computes with', 'fp32'),
  ...commonOptions,
  backend: choice(['wasm', 'cpu'], 'what tfjs computes with (default wasm)', undefined),
  threads: {
    ...commonOptions.threads,
    description: 'threads of onnx, or of the wasm backend (default: the cores, for wasm at most 8)',
  },
} as const;

/** Options of commands that read a labelled data set. */
export const dataOptions = {
  maxLength: number(
    'N',
    'cut texts to N tokens, or read contexts in windows of N (default: as trained, else 128, or 384 for questions)',
    { integer: true, min: 4, fallback: undefined },
  ),
  stride: number(
    'N',
    'tokens that neighbouring windows of a context share (default: a third of a window, at most 128)',
    { integer: true, min: 0, fallback: undefined },
  ),
  textColumn: text('NAME', 'column of the text, by name or by number from 1 (default: guessed)'),
  pairColumn: text('NAME', 'column of the second text'),
  labelColumn: text('NAME', 'column of the label'),
  labelColumns: texts('NAMES', 'several labels a text: the columns of 0 and 1, one a label, with commas between them'),
  labelSeparator: text('TEXT', 'several labels a text in one column: what stands between them (default |)'),
  header: either(
    'the first row names the columns (default: by what the rows show; one that may be either is asked about)',
    'the first row is an example',
  ),
  limit: number('N', 'use a random sample of N examples', { integer: true, min: 1, fallback: undefined }),
} as const;

const priorNames: readonly PriorName[] = ['none', 'question-overlap', 'first-text', 'second-text', 'given'];

const departedAnswers: readonly DepartedAnswer[] = ['state', 'majority'];

/** The options of commands that open a model. */
export const modelOptions = {
  adapter: text(
    'PATH',
    'LoRA adapter that is merged into the model as it opens: a folder, npm:package, web address or Hub repository (default: the one beside its weights, if there is one)',
  ),
  tower: choice(
    ['images', 'texts'],
    'of a model of two towers, such as CLIP, the one that is opened (default: images)',
    undefined,
  ),
} as const;

/** The options of commands that drop tokens. */
export const rankingOptions = {
  // Which there are, the registry knows when a model is opened: a module that Node loads first may have added some.
  reducer: text(
    'NAME',
    'what ranks tokens: attention, cls-attention, one that merges them (tome, pool, fuse, token-pooling), skim, which learns what matters (lat train --reducer skim), prior, which goes by --prior alone, or one that is registered; with settings NAME;SETTING=VALUE, such as "tome;unmerge=own" (default: what the model says, else attention)',
  ),
  prior: choice(
    priorNames,
    'what is added to that beforehand: question-overlap is nearness to the words of a question in the first layers, first-text keeps the first of two texts whole, second-text the second, given is what a program says of each token (default: what the model says, else none; for rerankers question-overlap)',
    undefined,
  ),
  departed: choice(
    departedAnswers,
    'what a token that left answers, where each answers for itself: majority is what most tokens answer (O), state is by the last state that it had (default: what the model says, else state)',
    undefined,
  ),
} as const;

export const metricNames: readonly MetricName[] = [
  'accuracy',
  'f1',
  'f1_macro',
  'f1_micro',
  'matthews',
  'pearson',
  'spearman',
  'exact_match',
  'average_precision',
];

/** Metrics, `probability` of the right label, and `fidelity` to the full length: the last two tell configurations apart on few examples. */
export const scoreNames: readonly ScoreName[] = [...metricNames, 'probability', 'fidelity'];

/** Options that choose the length configuration to run at. */
export const lengthOptions = {
  budget: text(
    'BUDGET',
    'choose a searched configuration: cost=0.5 (share of MACs), latency=20ms, or score=0.9; with ;nearest behind it ("cost=0.5;nearest") what comes nearest where nothing keeps it',
  ),
  lengthConfig: {
    ...text(
      'CONFIG',
      'full, a number of the Pareto set (0 is the cheapest), ratios 0.8,0.6,... or lengths 103,83,...@128; after it, each behind a semicolon, floor=12 (tokens that lengths do not count), reducer=tome, skip=2,5 (layers to leave out, counted from 0) and, with factors, ranks=0.5',
    ),
    alias: 'config-at',
  },
} as const;

/** The second text of texts that are given as arguments. */
export const secondTextOption = text(
  'TEXT',
  'second text of each text, where the task reads two: for questions the context; @FILE reads it from a file',
);
