import { encodeTextWords } from '../tokenizer/encode-words.js';
import type { TaggedSentence } from '../datasets/conll.js';
import { ModelError } from '../errors.js';
import type { LabelledInput } from './labelled-input.js';
import { entitiesOf, entityScores } from '../metrics/entities.js';
import { mean } from '../metrics/mean.js';
import { isOfClass } from '../architectures/checkpoint-class.js';
import { majorityLogits } from './departed-answer.js';
import { encodeTags } from './encode-tags.js';
import { tagsOf as tagsInSentences } from './labels-of.js';
import { argMax, logitDivergence, softmax } from './softmax.js';
import { nearTagged } from './near-tagged.js';
import { listTarget, widthOf } from './target-arrays.js';
import type { Encoding } from '../tokenizer/tokenizer.js';
import type { EntityAnswer, TokenAnswer } from './answer.js';
import type { Task } from './task.js';
import type { TaskDefinition } from './task-definition.js';
import { checkLength, cutFrom } from './sequence-task.js';

/** A task that names words. */
export interface TokenTask extends Task<TaggedSentence> {
  /**
   * Tag of a word -> class number.
   *
   * @throws ModelError `LABEL_UNKNOWN`
   */
  target(tag: string): number;
}

/** Tokens of a sentence. */
const usualLength = 128;

const classSuffix = 'ForTokenClassification';

/** The mean of numbers; 0 of none, as a text without words has no tags. */
const meanOrZero = (values: readonly number[]): number => (values.length === 0 ? 0 : mean(values));

/** A tag for each word of a text, such as the named entities it belongs to (`B-person`, `I-person`, `O`). */
export const tokenClassification = (labels: readonly string[]): TokenTask => {
  const outputs = labels.length;
  const rowOf = (logits: ArrayLike<number>, token: number): number[] =>
    Array.from({ length: outputs }, (_, i) => logits[token * outputs + i] as number);
  /** Tokens of an input that have a target: the first of each word. */
  const readTokens = (example: LabelledInput): number[] =>
    listTarget(example).flatMap((target, token) => (target >= 0 ? [token] : []));
  const tagOf = (number: number): string => labels[number] ?? 'O';
  /** What each token is labelled that stands for something of the text. */
  const answersOfTokens = (
    logits: ArrayLike<number>,
    { ids, offsets, sequenceIds }: Encoding,
    textOf: (id: number) => string,
  ): TokenAnswer[] =>
    ids.flatMap((id, index) => {
      if (sequenceIds[index] === null) return [];
      const probabilities = softmax(rowOf(logits, index));
      const best = argMax(probabilities);
      const offset = offsets[index];
      return [
        {
          index,
          text: textOf(id),
          label: tagOf(best),
          score: probabilities[best] ?? 0,
          ...(offset && { start: offset[0], end: offset[1] }),
        },
      ];
    });
  const bestTag = (logits: ArrayLike<number>, token: number): string => tagOf(argMax(rowOf(logits, token)));
  /** A tag for each word; `O` for those that no token stands for. */
  const tagsOf = (example: LabelledInput, logits: ArrayLike<number>): string[] => {
    if (!example.sentence) return readTokens(example).map((token) => bestTag(logits, token));
    const { tags, firstOf } = example.sentence;
    const predicted = tags.map(() => 'O');
    firstOf.forEach((word, token) => {
      if (word >= 0) predicted[word] = bestTag(logits, token);
    });
    return predicted;
  };
  const goldOf = (example: LabelledInput): readonly string[] =>
    example.sentence?.tags ?? listTarget(example).flatMap((target) => (target >= 0 ? [tagOf(target)] : []));

  const outside = labels.indexOf('O');
  const target: TokenTask['target'] = (tag) => {
    const named = labels.indexOf(tag);
    if (named >= 0) return named;
    throw new ModelError(
      'LABEL_UNKNOWN',
      `Tag ${JSON.stringify(tag)} is not one of this model's tags: ${labels.join(', ')}.`,
    );
  };

  return {
    name: 'token-classification',
    data: 'sentences',
    encode: (tokenizer, sentences, { maxLength = usualLength } = {}) =>
      encodeTags(tokenizer, sentences, { maxLength, targetOf: target }),
    usualLength,
    longTexts: 'cut',
    pair: 'none',
    readout: { pool: 'none', outputs },
    distribution: 'outputs',
    majority: majorityLogits(outputs, outside),
    labels,
    defaultMetric: 'f1',
    checkpoint: { classSuffix },
    answers: 'entities',
    answerTensors: [{ name: 'entities', datatype: 'BYTES', read: ({ entities = [] }) => [JSON.stringify(entities)] }],

    target,

    prepare: (tokenizer, text, { positions, truncate, tokenAnswers = false }) => {
      if (typeof text !== 'string')
        throw new ModelError('OPTION_INVALID', 'Token classification reads one text; a pair came.');
      const { encoding, spans } = encodeTextWords(tokenizer, text, { ...(truncate && { maxLength: positions }) });
      checkLength(encoding.ids.length, positions);
      return {
        inputs: [encoding],
        ...cutFrom(encoding, () => encodeTextWords(tokenizer, text).encoding),
        answer: ([logits = new Float32Array()]) => {
          const tags = spans.map(() => 'O');
          const scores = spans.map(() => 0);
          encoding.firstOf.forEach((word, token) => {
            if (word < 0) return;
            const probabilities = softmax(rowOf(logits, token));
            const best = argMax(probabilities);
            tags[word] = tagOf(best);
            scores[word] = probabilities[best] ?? 0;
          });
          const entities = entitiesOf(tags).map(({ type, start, end }): EntityAnswer => {
            const [from, to] = [spans[start]?.[0] ?? 0, spans[end - 1]?.[1] ?? 0];
            return {
              type,
              text: text.slice(from, to),
              start: from,
              end: to,
              score: meanOrZero(scores.slice(start, end)),
            };
          });
          const read = encoding.firstOf.flatMap((word) => (word < 0 ? [] : [scores[word] ?? 0]));
          return {
            label: entities.map((entity) => `${entity.text}/${entity.type}`).join(', '),
            score: meanOrZero(read),
            entities,
            ...(tokenAnswers && { tokenAnswers: answersOfTokens(logits, encoding, (id) => tokenizer.decode([id])) }),
          };
        },
      };
    },

    score: (metric, logits, examples) => {
      const predicted = examples.map((example, i) => tagsOf(example, logits[i] ?? []));
      const gold = examples.map(goldOf);
      if (metric === 'f1') return entityScores(predicted, gold).f1;
      if (metric === 'accuracy')
        return meanOrZero(gold.flatMap((tags, i) => tags.map((tag, word) => (tag === predicted[i]?.[word] ? 1 : 0))));
      throw new ModelError(
        'OPTION_INVALID',
        `Token classification is not scored by "${metric}"; choose f1 (of entities) or accuracy (of words).`,
      );
    },
    answerKeys: (logits, examples) =>
      examples.map((example, i) => JSON.stringify(entitiesOf(tagsOf(example, logits[i] ?? [])))),
    probability: (logits, example) =>
      meanOrZero(
        readTokens(example).map((token) => softmax(rowOf(logits, token))[listTarget(example)[token] ?? 0] ?? 0),
      ),
    divergence: (full, reduced, example) =>
      meanOrZero(readTokens(example).map((token) => logitDivergence(rowOf(full, token), rowOf(reduced, token)))),

    ...(outside >= 0 && { matters: (example, reach) => nearTagged(example, outside, reach) }),
    targets: (batch) => {
      const width = widthOf(batch);
      const count = batch.reduce((sum, example) => sum + readTokens(example).length, 0);
      const share = 1 / Math.max(1, count);
      const labelArray = new Float32Array(batch.length * width * outputs); // [B, T, outputs]
      const weights = new Float32Array(batch.length * width);
      batch.forEach((example, row) =>
        listTarget(example).forEach((target, token) => {
          if (target < 0) return;
          weights[row * width + token] = share;
          labelArray[(row * width + token) * outputs + target] = share;
        }),
      );
      return {
        labels: labelArray,
        labelShape: [batch.length, width, outputs],
        weights,
        weightShape: [batch.length, width, 1],
      };
    },
  };
};

/** How token classification is found: by the class of a checkpoint, or by files of tagged sentences. */
export const tokenClassificationDefinition: TaskDefinition<TaggedSentence> = {
  name: 'token-classification',
  aliases: ['token-classification', 'ner'],
  fits: (config) => isOfClass(config, classSuffix),
  make: tokenClassification,
  labels: { of: tagsInSentences },
  suits: () => true,
};
