import { openText } from '@length-adaptive/models';

/** The second text that `--pair` names: itself, or what stands in the file after an `@`. */
export const secondText = async (pair: string | undefined): Promise<string | undefined> =>
  pair?.startsWith('@') === true ? openText(pair.slice(1)) : pair;
