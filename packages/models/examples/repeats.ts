import type { DataKind, LabelledInput, Task } from '@length-adaptive/models';
import { ModelError, labelTensor, metricByName, registerTask, scoreTensor } from '@length-adaptive/models';

/** Text files without labels: a text a line. */
const lines: DataKind<string> = {
  name: 'lines',
  holds: 'a text a line',
  parse: (text) => text.split(/\r?\n/).filter((line) => line.trim() !== ''),
  texts: (items) => items,
};

/** How often the token at each place occurs in its text. */
const countsOf = ({ input: { ids } }: LabelledInput): number[] =>
  Array.from(ids, (id) => Array.from(ids).filter((other) => other === id).length);

/** Place of the largest of some logits. */
const largest = (logits: ArrayLike<number>): number => Array.from(logits).indexOf(Math.max(...Array.from(logits)));

/** Counts of each word of a text, learned from texts alone: the head gives the logarithm of a count for every token. */
const repeats = (): Task<string> => ({
  name: 'repeats',
  data: lines,
  encode: (tokenizer, texts, { maxLength = 128 } = {}) =>
    texts.map((text) => {
      const { ids, typeIds } = tokenizer.encode(text, undefined, { maxLength });
      return { input: { ids, typeIds } }; // no target: the counts are in the input
    }),
  usualLength: 128,
  longTexts: 'cut',
  pair: 'none',

  readout: { pool: 'none', outputs: 1 },
  distribution: 'none',
  labels: [],
  defaultMetric: 'pearson',
  // Poisson regression. Weights are 0 for padding and 1 in sum.
  loss: {
    axes: { labels: ['batch', 'sequence', 1], weights: ['batch', 'sequence', 1] },
    own: (ops, logits, { labels, weights }) =>
      ops.sum(ops.mul(weights, ops.sub(ops.exp(logits), ops.mul(labels, logits)))),
    distilled: (ops, { teacher, student }, { weights }) => {
      const rate = ops.exp(teacher);
      const gap = ops.sub(ops.sub(ops.exp(student), rate), ops.mul(rate, ops.sub(student, teacher)));
      return ops.sum(ops.mul(weights, gap));
    },
  },
  targets: (batch) => {
    const width = Math.max(...batch.map(({ input }) => input.ids.length));
    const [labels, weights] = [new Float32Array(batch.length * width), new Float32Array(batch.length * width)];
    const share = 1 / batch.reduce((sum, { input }) => sum + input.ids.length, 0);
    batch.forEach((example, row) =>
      countsOf(example).forEach((count, token) => {
        labels[row * width + token] = count;
        weights[row * width + token] = share;
      }),
    );
    const shape = [batch.length, width, 1];
    return { labels, labelShape: shape, weights, weightShape: shape };
  },

  checkpoint: {
    classSuffix: 'ForTokenClassification',
    config: { length_adaptive_task: 'repeats', id2label: { 0: 'LABEL_0' }, label2id: { LABEL_0: 0 } },
  },
  answers: 'label',
  answerTensors: [labelTensor, scoreTensor],
  prepare: (tokenizer, text, { positions, truncate }) => {
    if (typeof text !== 'string') throw new ModelError('OPTION_INVALID', 'Words are counted in one text; a pair came.');
    const encoding = tokenizer.encode(text, undefined, { ...(truncate && { maxLength: positions }) });
    if (encoding.ids.length > positions)
      throw new ModelError('TEXT_TOO_LONG', `The text has ${encoding.ids.length} tokens; ${positions} fit.`);
    return {
      inputs: [encoding],
      answer: ([logits = new Float32Array()]) => {
        const best = largest(logits);
        const [start, end] = encoding.offsets[best] ?? [0, 0];
        return { label: text.slice(start, end), score: Math.exp(logits[best] ?? 0) };
      },
    };
  },
  score: (metric, logits, examples) =>
    metricByName(metric)(
      logits.flatMap((row) => Array.from(row, Math.exp)),
      examples.flatMap(countsOf),
      1,
    ),
  divergence: (full, reduced) =>
    Array.from(full).reduce((sum, logit, i) => sum + (logit - (reduced[i] ?? 0)) ** 2, 0) / full.length,
  answerKeys: (logits, examples) => logits.map((row, i) => Number(examples[i]?.input.ids[largest(row)])),
});

registerTask({
  name: 'repeats',
  fits: (config) => config['length_adaptive_task'] === 'repeats',
  make: repeats,
});
