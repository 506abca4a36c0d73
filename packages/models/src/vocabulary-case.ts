/** Smallest share of capitals among the tokens that have case for a vocabulary to be a cased one. */
const casedShare = 0.1;

/** Names of tokens rather than words: `[CLS]`, `[unused1]`, `<S>`. */
const isName = (token: string): boolean => /^(\[.*\]|<.*>)$/u.test(token);

/**
 * Whether a vocabulary was made of text with its capitals left in it, for models that do not say `do_lower_case`. Every third or fourth token of a
 * cased vocabulary has a capital, in any script that has case; one that was made of lower-cased text has none but by accident (`<S>` and `<T>` in
 * BERT's Chinese one), and it is lower case that Hugging Face's tokenizer takes for granted. So a vocabulary is cased when one in ten of its
 * tokens with letters that have case holds a capital; names in brackets do not count.
 */
export const looksCased = (tokens: Iterable<string>): boolean => {
  let [withCase, withCapital] = [0, 0];
  for (const token of tokens) {
    if (isName(token) || !/\p{LC}/u.test(token)) continue;
    withCase += 1;
    if (/[\p{Lu}\p{Lt}]/u.test(token)) withCapital += 1;
  }
  return withCapital > 0 && withCapital >= casedShare * withCase;
};
