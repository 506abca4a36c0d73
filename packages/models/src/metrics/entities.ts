import { ModelError } from '../errors.js';

/** An entity in a sentence: its type, and its words. */
export interface Entity {
  readonly type: string;
  /** First word, from 0. */
  readonly start: number;
  /** One after its last word. */
  readonly end: number;
}

/** Micro-averaged scores of entities, 0 to 1. */
export interface EntityScores {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

interface Tag {
  readonly prefix: string;
  readonly type: string;
}

const outside: Tag = { prefix: 'O', type: '' };

/** A letter of a scheme, and a type behind it or none. */
const inScheme = /^(?:([A-Z])-(.*)|([BIESLU]))$/su;

/** A tag in two; BILOU's last and unit are IOBES's end and single. One without a letter of a scheme is a type as it stands, and goes on. */
const parseTag = (tag: string): Tag => {
  if (tag === '' || tag === 'O' || tag.startsWith('O-')) return outside;
  const [found, before, type, alone = ''] = inScheme.exec(tag) ?? [];
  if (found === undefined) return { prefix: 'I', type: tag };
  const letter = before ?? alone;
  const prefix = letter === 'L' ? 'E' : letter === 'U' ? 'S' : letter;
  return { prefix, type: type || '_' };
};

/** Pairs of prefixes of one type between which an entity ends. */
const ending = new Set(['BB', 'BS', 'IB', 'IS']);
/** Pairs of prefixes of one type after which a new entity begins. */
const beginning = new Set(['EE', 'EI', 'SE', 'SI']);

const endsBefore = (tag: Tag, previous: Tag): boolean =>
  previous.prefix !== 'O' &&
  ('ES'.includes(previous.prefix) || previous.type !== tag.type || ending.has(previous.prefix + tag.prefix));

const beginsAt = (tag: Tag, previous: Tag): boolean =>
  tag.prefix !== 'O' &&
  ('BS'.includes(tag.prefix) || previous.type !== tag.type || beginning.has(previous.prefix + tag.prefix));

/**
 * The entities that the tags of a sentence mark, as the CoNLL scorer and seqeval's default mode read IOB1, IOB2 and IOBES. They
 * give `L` and `U` of BILOU no meaning; here these count as `E` and `S`. A tag that continues nothing (`I-` after `O` or after another type) begins an entity.
 * Labels without a prefix (`person`, as parts of speech have them) are types, of which neighbours of one are one entity, as Hugging Face transformers joins them.
 *
 * @example
 * entitiesOf(['B-person', 'I-person', 'O', 'I-place']); // [{ type: 'person', start: 0, end: 2 }, { type: 'place', start: 3, end: 4 }]
 */
export const entitiesOf = (tags: readonly string[]): Entity[] => {
  const entities: Entity[] = [];
  let previous = outside;
  let start = 0;
  [...tags.map(parseTag), outside].forEach((tag, at) => {
    if (endsBefore(tag, previous)) entities.push({ type: previous.type, start, end: at });
    if (beginsAt(tag, previous)) start = at;
    previous = tag;
  });
  return entities;
};

const keysOf = (tags: readonly string[]): readonly string[] =>
  entitiesOf(tags).map(({ type, start, end }) => `${start} ${end} ${type}`);

/**
 * Precision, recall and F1 of predicted entities over all sentences, micro-averaged: an entity counts when its type and
 * both ends are right. 0 where a score is undefined.
 *
 * @param predicted one tag a word, a list a sentence
 * @param gold the same sentences
 * @throws ModelError `DATA_INVALID` when the two are not equally long
 */
export const entityScores = (
  predicted: readonly (readonly string[])[],
  gold: readonly (readonly string[])[],
): EntityScores => {
  if (predicted.length !== gold.length) {
    throw new ModelError(
      'DATA_INVALID',
      `Tags of ${predicted.length} sentences for ${gold.length} sentences: expected one list each.`,
    );
  }
  let [right, found, expected] = [0, 0, 0];
  gold.forEach((tags, i) => {
    const mine = predicted[i] ?? [];
    if (mine.length !== tags.length) {
      throw new ModelError(
        'DATA_INVALID',
        `Sentence ${i + 1}: ${mine.length} predicted tags for ${tags.length} words: expected one each.`,
      );
    }
    const keys = new Set(keysOf(tags));
    const guesses = keysOf(mine);
    right += guesses.filter((key) => keys.has(key)).length;
    found += guesses.length;
    expected += keys.size;
  });
  return {
    precision: found === 0 ? 0 : right / found,
    recall: expected === 0 ? 0 : right / expected,
    f1: found + expected === 0 ? 0 : (2 * right) / (found + expected),
  };
};
