import fc from 'fast-check';
import { testWithData } from '../testing/data-folder.js';
import { parseConll, readConll } from '../datasets/conll.js';
import { entitiesOf, entityScores } from './entities.js';

/** Entities as short text: `PER 0-2`. */
const brief = (tags: string): string[] =>
  entitiesOf(tags === '' ? [] : tags.split(' ')).map(({ type, start, end }) => `${type} ${start}-${end}`);

describe('entitiesOf, against the values of seqeval', () => {
  test.each<[string, string, string[]]>([
    ['nothing', '', []],
    ['no entity', 'O O', []],
    ['IOB2', 'B-PER I-PER O B-LOC', ['PER 0-2', 'LOC 3-4']],
    ['IOB2, two of a type in a row', 'B-PER B-PER I-PER', ['PER 0-1', 'PER 1-3']],
    ['IOB2, another type directly after', 'B-PER I-PER B-LOC I-LOC', ['PER 0-2', 'LOC 2-4']],
    ['IOB1, I- begins an entity', 'I-PER I-PER O I-LOC', ['PER 0-2', 'LOC 3-4']],
    ['IOB1, B- parts two of a type', 'I-PER B-PER I-PER', ['PER 0-1', 'PER 1-3']],
    ['I- of another type directly after', 'B-PER I-LOC I-LOC', ['PER 0-1', 'LOC 1-3']],
    ['I- of another type, and back', 'I-PER I-LOC I-PER', ['PER 0-1', 'LOC 1-2', 'PER 2-3']],
    ['IOBES', 'B-PER I-PER E-PER S-LOC O S-PER', ['PER 0-3', 'LOC 3-4', 'PER 5-6']],
    ['IOBES, S- twice', 'S-PER S-PER', ['PER 0-1', 'PER 1-2']],
    ['E- without B-', 'O E-PER E-PER O', ['PER 1-2', 'PER 2-3']],
    ['I- after E-', 'B-PER E-PER I-PER', ['PER 0-2', 'PER 2-3']],
    ['I- and E- after S-', 'S-PER I-PER E-PER', ['PER 0-1', 'PER 1-3']],
    ['S- after I- and after B-', 'I-PER S-PER B-PER S-PER', ['PER 0-1', 'PER 1-2', 'PER 2-3', 'PER 3-4']],
    ['E- of another type', 'B-PER E-LOC', ['PER 0-1', 'LOC 1-2']],
    ['an entity at the end', 'O B-PER I-PER', ['PER 1-3']],
    ['BILOU, as IOBES', 'B-PER I-PER L-PER U-PER B-LOC L-LOC U-LOC', ['PER 0-3', 'PER 3-4', 'LOC 4-6', 'LOC 6-7']],
    ['types with hyphens', 'B-creative-work I-creative-work B-creative', ['creative-work 0-2', 'creative 2-3']],
    ['tags without a type', 'B I O I', ['_ 0-2', '_ 3-4']],
    [
      'types without a prefix, as transformers reads them',
      'PERSON PERSON O ORG LOC',
      ['PERSON 0-2', 'ORG 3-4', 'LOC 4-5'],
    ],
    ['types without a prefix that begin with one', 'INTJ EVENT O OTHER LABEL_1', ['INTJ 0-1', 'EVENT 1-2', 'OTHER 3-4', 'LABEL_1 4-5']], // prettier-ignore
  ])('%s', (_, tags, expected) => {
    expect(brief(tags)).toEqual(expected);
  });

  test('entities written as IOB2, IOBES or BILOU are read back', () => {
    const entity = fc.record({
      type: fc.constantFrom('PER', 'LOC'),
      gap: fc.nat(2),
      length: fc.integer({ min: 1, max: 4 }),
    });
    const write = (entities: readonly { type: string; gap: number; length: number }[], prefixes: string): string[] => {
      const [begin, inside, end, single] = prefixes;
      return entities.flatMap(({ type, gap, length }) => [
        ...Array<string>(gap).fill('O'),
        ...Array.from(
          { length },
          (_, i) => `${length === 1 ? single : i === 0 ? begin : i === length - 1 ? end : inside}-${type}`,
        ),
      ]);
    };
    fc.assert(
      fc.property(fc.array(entity), fc.constantFrom('BIIB', 'BIES', 'BILU'), (entities, prefixes) => {
        let at = 0;
        const expected = entities.map(({ type, gap, length }) => ({ type, start: (at += gap), end: (at += length) }));
        expect(entitiesOf(write(entities, prefixes))).toEqual(expected);
      }),
    );
  });

  test('one set of entities in a CoNLL file of each scheme is read as the same', () => {
    const [words, expected] = [
      'Ada Lovelace met Bob in New York City Oslo .'.split(' '),
      ['PER 0-2', 'PER 3-4', 'LOC 5-8', 'LOC 8-9'],
    ];
    const schemes = {
      IOB1: 'I-PER I-PER O I-PER O I-LOC I-LOC I-LOC B-LOC O',
      IOB2: 'B-PER I-PER O B-PER O B-LOC I-LOC I-LOC B-LOC O',
      BIOES: 'B-PER E-PER O S-PER O B-LOC I-LOC E-LOC S-LOC O',
      BILOU: 'B-PER L-PER O U-PER O B-LOC I-LOC L-LOC U-LOC O',
    };
    const read = Object.values(schemes).map((tags) => {
      const text = tags
        .split(' ')
        .map((tag, i) => `${words[i]}\t${tag}\r\n`)
        .join('');
      return parseConll(text, 'a.conll')[0]?.tags ?? [];
    });
    for (const tags of read) {
      expect(entitiesOf(tags).map(({ type, start, end }) => `${type} ${start}-${end}`)).toEqual(expected);
      for (const other of read) expect(entityScores([tags], [other])).toEqual({ precision: 1, recall: 1, f1: 1 });
    }
  });

  test('whatever the tags, entities are in order, do not overlap and hold every tag but O', () => {
    const tag = fc.constantFrom('O', 'B-x', 'I-x', 'E-x', 'S-x', 'L-x', 'U-x', 'B-y', 'I-y', 'E-y', 'S-y');
    fc.assert(
      fc.property(fc.array(tag), (tags) => {
        const entities = entitiesOf(tags);
        const inside = entities.flatMap(({ start, end }) => Array.from({ length: end - start }, (_, i) => start + i));
        expect(inside).toEqual([...tags.keys()].filter((i) => tags[i] !== 'O'));
      }),
    );
  });
});

describe('entityScores', () => {
  test('micro-averaged over sentences, type and both ends count', () => {
    const gold = [
      ['O', 'O', 'O', 'B-MISC', 'I-MISC', 'I-MISC', 'O'],
      ['B-PER', 'I-PER', 'O'],
    ];
    const predicted = [
      ['O', 'O', 'B-MISC', 'I-MISC', 'I-MISC', 'I-MISC', 'O'],
      ['B-PER', 'I-PER', 'O'],
    ];
    expect(entityScores(predicted, gold)).toEqual({ precision: 0.5, recall: 0.5, f1: 0.5 });
    expect(entityScores([['B-PER', 'B-LOC', 'B-LOC']], [['B-PER', 'O', 'B-PER']])).toEqual({
      precision: 1 / 3,
      recall: 1 / 2,
      f1: 2 / 5,
    });
  });

  test('an entity of one sentence is not one of another', () => {
    expect(entityScores([['B-PER'], ['O']], [['O'], ['B-PER']]).f1).toBe(0);
  });

  test('another scheme for the same entities is right', () => {
    expect(entityScores([['I-PER', 'I-PER', 'O']], [['B-PER', 'E-PER', 'O']]).f1).toBe(1);
  });

  test('where a score is undefined it is 0', () => {
    expect(entityScores([['O']], [['O']])).toEqual({ precision: 0, recall: 0, f1: 0 });
    expect(entityScores([['O']], [['B-PER']])).toEqual({ precision: 0, recall: 0, f1: 0 });
    expect(entityScores([['B-PER']], [['O']])).toEqual({ precision: 0, recall: 0, f1: 0 });
    expect(entityScores([], [])).toEqual({ precision: 0, recall: 0, f1: 0 });
  });

  test('refuses tags that do not match', () => {
    expect(() => entityScores([['O']], [])).toThrow(/Tags of 1 sentences for 0 sentences/);
    expect(() => entityScores([['O'], ['O']], [['O'], ['O', 'O']])).toThrow(/Sentence 2: 1 predicted tags for 2 words/);
  });

  testWithData('wnut17/test.conll.gz', 'all right is 1; every B- of IOB2 is one entity', async (path) => {
    const tags = (await readConll(path)).map((sentence) => sentence.tags);
    expect(entityScores(tags, tags)).toEqual({ precision: 1, recall: 1, f1: 1 });
    expect(tags.flatMap(entitiesOf)).toHaveLength(tags.flat().filter((tag) => tag.startsWith('B-')).length);
  });
});
