import type { TaggedSentence } from '../datasets/conll.js';
import { ModelError } from '../errors.js';
import { encodeWords } from '../tokenizer/encode-words.js';
import type { Tokenizer } from '../tokenizer/tokenizer.js';
import type { LabelledInput } from './labelled-input.js';

/**
 * Tagged sentences as token ids and a target for the first token of each word. A word that is cut or gives no token teaches nothing; scores
 * count it all the same, with `O` as what was predicted.
 *
 * @throws ModelError `LABEL_UNKNOWN`, `TEXT_EMPTY`: the message names the line
 */
export const encodeTags = (
  tokenizer: Tokenizer,
  sentences: readonly TaggedSentence[],
  { maxLength, targetOf }: { readonly maxLength: number; readonly targetOf: (tag: string) => number },
): LabelledInput[] =>
  sentences.map(({ words, tags, line }) => {
    try {
      const { ids, typeIds, firstOf } = encodeWords(tokenizer, words, { maxLength });
      const targets = tags.map(targetOf);
      return {
        input: { ids, typeIds },
        target: firstOf.map((word) => (word < 0 ? -1 : (targets[word] ?? -1))),
        sentence: { tags, firstOf },
      };
    } catch (error) {
      if (error instanceof ModelError)
        throw new ModelError(error.code, `The sentence at line ${line}: ${error.message}`, { cause: error });
      throw error;
    }
  });
