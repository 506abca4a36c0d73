import type { LossOps } from '@length-adaptive/core/training';
import {
  weightedCrossEntropy,
  weightedListLoss,
  weightedMarginLoss,
  weightedSquaredError,
} from '@length-adaptive/core/training';
import type { ModelConfig } from '../architectures/model-config.js';
import { isDecimal } from '../datasets/decimal.js';
import type { Example } from '../datasets/dataset.js';
import { ModelError } from '../errors.js';
import { metricByName } from '../metrics/metric.js';
import type { MetricName } from '../metrics/metric.js';
import { averagePrecision } from '../metrics/multi-label.js';
import { isRecord } from '../sources/json-record.js';
import type { Tokenizer } from '../tokenizer/tokenizer.js';
import type { AdaptationLoss } from './adaptation-loss.js';
import type { Answer } from './answer.js';
import { scoreTensor } from './answer-tensors.js';
import { isOfClass } from '../architectures/checkpoint-class.js';
import { classLabels } from './class-labels.js';
import { encodeTexts, oneLabel } from './encode-texts.js';
import type { LabelledInput } from './labelled-input.js';
import { onWholeTexts } from './sequence-task.js';
import { sigmoid } from './softmax.js';
import type { TargetArrays } from './target-arrays.js';
import { numberTarget } from './target-arrays.js';
import type { InputLengths, Task } from './task.js';
import type { TaskDefinition } from './task-definition.js';
import type { TaskLoss } from './task-loss.js';

/** What becomes of a reranker's logit: a probability, or nothing. */
export type RelevanceScale = 'sigmoid' | 'raw';

/** A task that says how relevant a document is to a query. */
export interface RerankTask extends Task<Example> {
  readonly scale: RelevanceScale;
  /**
   * How relevant an example is labelled to be -> a number from 0 to 1.
   *
   * @throws ModelError `LABEL_UNKNOWN`
   */
  target(label: string | number): number;
  answer(logits: ArrayLike<number>): Answer;
}

const className = 'ForSequenceClassification';

/** Where sentence-transformers keeps the function of a cross-encoder's logit, since version 4 and before it. */
const activationKeys = { now: 'sentence_transformers', before: 'sbert_ce_default_activation_function' } as const;

/** Names of functions as PyTorch has them; only their last part tells. */
const activations: Readonly<Record<string, RelevanceScale>> = { Sigmoid: 'sigmoid', Identity: 'raw' };
const modules: Readonly<Record<RelevanceScale, string>> = {
  sigmoid: 'torch.nn.modules.activation.Sigmoid',
  raw: 'torch.nn.modules.linear.Identity',
};

/**
 * What config.json says becomes of the logit: a probability where it says nothing, as in sentence-transformers.
 *
 * @throws ModelError `CONFIG_INVALID`
 */
const scaleOf = (config: ModelConfig): RelevanceScale => {
  const now = config[activationKeys.now];
  const named = (isRecord(now) ? now['activation_fn'] : undefined) ?? config[activationKeys.before] ?? modules.sigmoid;
  const found = typeof named === 'string' ? activations[named.split('.').at(-1) ?? ''] : undefined;
  if (found) return found;
  throw new ModelError(
    'CONFIG_INVALID',
    `config.json: the activation of its score is ${JSON.stringify(named)}; supported: ${Object.values(modules).join(', ')}.`,
  );
};

const target: RerankTask['target'] = (label) => {
  const value = typeof label === 'number' || isDecimal(label) ? Number(label) : Number.NaN;
  if (value >= 0 && value <= 1) return value;
  throw new ModelError(
    'LABEL_UNKNOWN',
    `Label ${JSON.stringify(label)} says nothing of relevance; expected 1 for a document that answers its query, 0 for one that does not, or a number between.`,
  );
};

const isRelevant = (value: number): boolean => value >= 0.5;

/** The logit of an input, among several that are all 0 but for it. */
const logitOf = (logits: ArrayLike<number>): number => logits[0] ?? 0;

/** Squares of logits count an eighth: what the binary cross-entropy curves by where it is undecided. */
const curvature = 1 / 8;

/** What the common offset of all scores counts beside the margins between them: it changes no order. */
const offsetShare = 0.1;

/**
 * Binary cross-entropy of the one logit. Sub-models learn the margins between the inputs of a batch: the mean over all pairs of the squared
 * difference of what they and the full model say of the pair. A divergence over one logit alone would be 0 whatever it is.
 */
const loss: TaskLoss = {
  axes: { labels: ['batch', 'outputs', 2], weights: ['batch', 'outputs', 1] },
  own: (ops, logits, { labels, weights }) =>
    weightedCrossEntropy(ops, ops.withOpposite(logits), ops.mul(labels, weights)),
  distilled: <T>(ops: LossOps<T>, { teacher, student }: { teacher: T; student: T }, { weights }: { weights: T }): T => {
    const off = ops.withOpposite(ops.sub(student, teacher)); // [B, 1] -> [B, 1, 2], the second 0
    const weighted = ops.mul(off, weights);
    const squares = ops.sum(ops.mul(off, weighted));
    const offset = ops.sum(weighted);
    const margins = ops.sub(squares, ops.mul(offset, offset)); // the variance: half the mean over all pairs
    return ops.scale(ops.add(margins, ops.scale(ops.mul(offset, offset), offsetShare)), curvature);
  },
};

/**
 * The full length keeps the original's scores; fewer tokens learn the order of the documents of a query, and the margins between them. What
 * all scores of a list are off by changes no order and counts little.
 */
const adaptation: AdaptationLoss = {
  compares: 'lists',
  usual: { comparison: 1, temperature: 1 },
  full: (ops, { teacher, student }, { weights }) =>
    ops.scale(weightedSquaredError(ops, student, teacher, weights), curvature),
  reduced: (ops, { teacher, student }, compared, { comparison, temperature }) => {
    const margins = ops.scale(weightedMarginLoss(ops, teacher, student, compared), 1 - offsetShare);
    const scores = ops.scale(weightedSquaredError(ops, student, teacher, compared.weights), offsetShare);
    return ops.add(
      ops.scale(ops.add(margins, scores), curvature),
      ops.scale(weightedListLoss(ops, teacher, student, compared, { temperature }), comparison),
    );
  },
};

/** [B, 1, 2]: how relevant, and how not. */
const targets = (batch: readonly LabelledInput[]): TargetArrays => ({
  labels: Float32Array.from(batch.flatMap((example) => [numberTarget(example), 1 - numberTarget(example)])),
  labelShape: [batch.length, 1, 2],
  weights: new Float32Array(batch.length).fill(1 / batch.length),
  weightShape: [batch.length, 1, 1],
});

type Score = (logits: readonly number[], targets: readonly number[]) => number;

const classMetric =
  (name: 'accuracy' | 'f1'): Score =>
  (logits, relevances) =>
    metricByName(name)(
      logits.map((logit) => Number(logit >= 0)),
      relevances.map((value) => Number(isRelevant(value))),
      2,
    );

const scores: Readonly<Partial<Record<MetricName, Score>>> = {
  average_precision: (logits, relevances) =>
    averagePrecision(
      logits.map((logit) => [logit]),
      relevances.map((value) => [Number(isRelevant(value))]),
    ),
  accuracy: classMetric('accuracy'),
  f1: classMetric('f1'),
  pearson: (logits, relevances) => metricByName('pearson')(logits, relevances, 1),
  spearman: (logits, relevances) => metricByName('spearman')(logits, relevances, 1),
};

const usualLength = 256;

/**
 * How relevant a document is to a query: a cross-encoder, which reads both together and gives one number. Its tokens are ranked within the
 * document: the query and the special tokens stay in every layer.
 *
 * @param scale what becomes of the logit. Default a probability
 */
export const rerank = (scale: RelevanceScale = 'sigmoid'): RerankTask => {
  const answer: RerankTask['answer'] = (logits) => {
    const score = scale === 'raw' ? logitOf(logits) : sigmoid(logitOf(logits));
    return { label: String(score), score };
  };
  return {
    name: 'rerank',
    scale,
    labelKind: 'regression',
    readout: { pool: 'first', outputs: 1 },
    distribution: 'binary',
    loss,
    adaptation,
    labels: [],
    defaultMetric: 'average_precision',
    checkpoint: {
      classSuffix: className,
      config: {
        [activationKeys.now]: { activation_fn: modules[scale] },
        [activationKeys.before]: modules[scale],
        id2label: { 0: 'LABEL_0' },
        label2id: { LABEL_0: 0 },
      },
    },
    answerTensors: [scoreTensor],
    ...onWholeTexts(answer, (example) => target(oneLabel('rerank', example)), { inWindows: true }),
    usualLength,
    pair: 'required',
    asksQuestions: true,
    prior: 'question-overlap',
    encode: (tokenizer: Tokenizer, examples: readonly Example[], { maxLength = usualLength }: InputLengths = {}) => {
      const alone = examples.findIndex(({ pair }) => pair === undefined);
      if (alone >= 0)
        throw new ModelError(
          'DATA_INVALID',
          `Example ${examples[alone]?.id ?? alone + 1} is one text; a reranker reads a query (text) with a document (pair).`,
        );
      return encodeTexts(tokenizer, examples, {
        maxLength,
        targetOf: (example) => target(oneLabel('rerank', example)),
      });
    },

    target,
    answer,
    score: (metric, logits, examples) => {
      const score = scores[metric];
      if (score) return score(logits.map(logitOf), examples.map(numberTarget));
      throw new ModelError(
        'OPTION_INVALID',
        `A reranker is not scored by "${metric}"; choose ${Object.keys(scores).join(', ')}.`,
      );
    },
    probability: (logits, example) => sigmoid(isRelevant(numberTarget(example)) ? logitOf(logits) : -logitOf(logits)),
    divergence: (full, reduced) => curvature * (logitOf(full) - logitOf(reduced)) ** 2,
    answerKeys: (logits) => logits.map((row) => Number(logitOf(row) >= 0)),
    targets,
  };
};

/** How reranking is found: by a head on whole texts that gives one number, and by no word of a regression. */
export const rerankDefinition: TaskDefinition<Example> = {
  name: 'rerank',
  aliases: ['rerank', 'cross-encoder'],
  fits: (config) =>
    (config['problem_type'] ?? undefined) === undefined &&
    isOfClass(config, className) &&
    classLabels(config).length === 1,
  make: (_, config = {}) => rerank(scaleOf(config)),
};
