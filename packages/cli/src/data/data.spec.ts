import type { LabelledInput } from '@length-adaptive/models';
import { digestOf } from './data.js';

const input = { ids: [2, 5, 3] };
const question = (answer: string): LabelledInput => ({
  input,
  target: [1, 1],
  question: {
    source: { id: 'q', question: 'Who?', context: 'Ann, or Ann', answers: [{ text: answer, start: 0 }] },
    window: {} as NonNullable<LabelledInput['question']>['window'],
  },
});
const document = (score: number, query = 7): LabelledInput => ({
  input,
  document: {
    id: 'd',
    search: {
      queries: [{ id: 'q', input: { ids: [2, query, 3] } }],
      judgements: new Map([['q', new Map([['d', score]])]]),
    },
  },
});

describe('the digest of examples is another one', () => {
  test.each<[string, LabelledInput, LabelledInput]>([
    ['of other tokens', { input, target: 1 }, { input: { ids: [2, 6, 3] }, target: 1 }],
    ['of another class', { input, target: 1 }, { input, target: 0 }],
    ['of other pixels', { input: { ids: [0], pixels: [0.5] } }, { input: { ids: [0], pixels: [0.25] } }],
    ['of a pair that is more alike', { input, similarity: { label: 1 } }, { input, similarity: { label: 2 } }],
    ['of another list', { input, target: 1, list: 0 }, { input, target: 1, list: 1 }],
    ['of an answer in other words', question('Ann'), question('Ann,')],
    [
      'of a tag of a word without a token',
      { input, target: [-1, 1, -1], sentence: { tags: ['O', 'B-PER'], firstOf: [-1, 0, -1] } },
      { input, target: [-1, 1, -1], sentence: { tags: ['O', 'O'], firstOf: [-1, 0, -1] } },
    ],
    ['of another judgement of a document', document(1), document(0)],
    ['of another query of a document', document(1), document(1, 8)],
  ])('%s', (_, one, other) => {
    expect(digestOf([one])).toBe(digestOf([structuredClone(one)]));
    expect(digestOf([one])).not.toBe(digestOf([other]));
  });
});
