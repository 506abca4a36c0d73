import type { Example } from '../datasets/dataset.js';
import { parseExamples } from '../datasets/read-examples.js';
import { splitExamples } from '../datasets/split.js';
import type { DataKind } from '../tasks/data-kind.js';

/** Texts and pairs of texts with labels: tables, JSON lines and lists. */
export const textsData: DataKind<Example> = {
  name: 'texts',
  holds: 'texts with labels',
  parse: parseExamples,
  texts: (examples) => examples.flatMap(({ text, pair }) => (pair === undefined ? [text] : [text, pair])),
  // Both parts keep the mix of labels.
  split: (examples, share, random) =>
    splitExamples(examples, { rest: 1 - share, aside: share }, { random: random.uniform }),
  renamed: (examples, nameOf) =>
    examples.map((example) => {
      if (example.labels) return { ...example, labels: example.labels.map(nameOf) };
      const label = nameOf(String(example.label));
      return label === String(example.label) ? example : { ...example, label };
    }),
  lacksLabels: (examples) => examples.some(({ label }) => label === undefined),
  inputs: (tokenizer, examples, maxLength) =>
    examples.map(({ text, pair }) => tokenizer.encode(text, pair, { maxLength })),
};
