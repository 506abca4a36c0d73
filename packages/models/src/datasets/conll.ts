import { ModelError } from '../errors.js';
import { isBlank, splitLines } from './lines.js';
import { openText } from './open-text.js';

/** A sentence with one tag a word. */
export interface TaggedSentence {
  readonly words: readonly string[];
  /** `O`, or a prefix and a type: `B-person`, `I-person`. */
  readonly tags: readonly string[];
  /** Line of the file it begins on, from 1. */
  readonly line: number;
}

/** Which columns hold what, from 1. */
export interface ConllColumns {
  /** Default the first. */
  readonly wordColumn?: number | undefined;
  /** Default the last of the line. */
  readonly tagColumn?: number | undefined;
}

const checkColumn = (column: number | undefined, option: string): void => {
  if (column === undefined || (Number.isInteger(column) && column >= 1)) return;
  throw new ModelError('OPTION_INVALID', `${option} ${column}: expected the number of a column, from 1.`);
};

/** Without spaces around it; other white space (a no-break space) is part of a word. */
const withoutSpaces = (text: string): string => text.replace(/^ +| +$/g, '');

const fieldsOf = (line: string): readonly string[] =>
  line.includes('\t') ? line.split('\t') : withoutSpaces(line).split(/ +/);

/**
 * The sentences in the text of a CoNLL file: a word a line, its columns separated by tabs, or by spaces where the line has
 * no tab; blank lines between sentences. No other white space separates anything. `-DOCSTART-` lines are left out.
 *
 * @param name what messages call the file
 * @throws ModelError `DATA_INVALID` naming the line, `OPTION_INVALID`
 * @example
 * parseConll('Ada\tB-person\nsleeps\tO\n', 'a.conll'); // [{ words: ['Ada', 'sleeps'], tags: ['B-person', 'O'], line: 1 }]
 */
export const parseConll = (
  text: string,
  name: string,
  { wordColumn = 1, tagColumn }: ConllColumns = {},
): TaggedSentence[] => {
  checkColumn(wordColumn, 'wordColumn');
  checkColumn(tagColumn, 'tagColumn');
  const sentences: { readonly words: string[]; readonly tags: string[]; readonly line: number }[] = [];
  let open = false;
  let width: number | undefined;
  splitLines(text).forEach((content, i) => {
    const fail = (problem: string): never => {
      throw new ModelError('DATA_INVALID', `${name}, line ${i + 1}: ${problem}`);
    };
    if (isBlank(content) || content.startsWith('-DOCSTART-')) {
      open = false;
      return;
    }
    const fields = fieldsOf(content);
    if (width === undefined) {
      const least = Math.max(2, wordColumn, tagColumn ?? 0);
      if (fields.length < least)
        fail(
          `${fields.length} columns, expected at least ${least}: a word and its tag, separated by a tab or by spaces.`,
        );
      width = fields.length;
    }
    if (fields.length < width)
      fail(`${fields.length} columns, expected ${width} as in the first line. Is the tag missing, or the separator?`);
    const word = fields[wordColumn - 1] ?? '';
    const tag = withoutSpaces((tagColumn === undefined ? fields.at(-1) : fields[tagColumn - 1]) ?? '');
    if (word === '') fail(`column ${wordColumn} is empty, expected a word.`);
    if (!/^(?:O|[BIESLU]-\S(?:.*\S)?)$/.test(tag)) {
      const hint =
        tagColumn === undefined
          ? ' If the tags are not in the last column, name theirs: the option tagColumn of readConll, --label-column of lat.'
          : '';
      fail(
        `the tag is ${JSON.stringify(tag)}, expected O, or B-, I-, E-, S-, L- or U- and a type, such as B-person.${hint}`,
      );
    }
    if (!open) sentences.push({ words: [], tags: [], line: i + 1 });
    open = true;
    sentences.at(-1)?.words.push(word);
    sentences.at(-1)?.tags.push(tag);
  });
  if (sentences.length === 0)
    throw new ModelError(
      'DATA_INVALID',
      `${name} has no sentences: expected a word and its tag a line, such as "Ada<TAB>B-person".`,
    );
  return sentences;
};

/**
 * Reads a CoNLL file, plain or gzip. Node only.
 *
 * @throws ModelError `FILE_NOT_FOUND`, and as {@link parseConll}
 * @example
 * const train = await readConll('wnut17/train.conll.gz');
 * const chunks = await readConll('conll03/train.txt', { tagColumn: 3 });
 */
export const readConll = async (path: string, columns: ConllColumns = {}): Promise<TaggedSentence[]> =>
  parseConll(await openText(path), path, columns);
