import { ModelError } from '../errors.js';
import type { SingleImage } from '../images/image-input.js';
import { isImageInput } from '../images/image-input.js';

/**
 * A call for a list of texts that takes a bare string or image too, and then gives what came of it alone.
 *
 * @throws ModelError `OPTION_INVALID` for what is neither, from callers without types
 */
export const eachOrOne =
  <Text, Options, Outcome>(
    each: (texts: readonly Text[], options?: Options) => Promise<readonly Outcome[]>,
  ): ((texts: string | SingleImage | readonly Text[], options?: Options) => Promise<Outcome | readonly Outcome[]>) =>
  async (texts, options) => {
    if (typeof texts === 'string' || isImageInput(texts)) return (await each([texts as Text], options))[0] as Outcome;
    if (Array.isArray(texts)) return each(texts, options);
    const came = texts === null ? 'null' : `of type ${typeof texts}`;
    throw new ModelError('OPTION_INVALID', `What is to be read is ${came}; expected a text or a list of texts.`);
  };
