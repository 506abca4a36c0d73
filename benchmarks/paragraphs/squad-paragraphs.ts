/** Paragraphs of SQuAD 1.1 with their questions, as passages that are looked for. */
import { openText } from '@length-adaptive/models';

/** A paragraph as the file has it. */
export interface SquadParagraph {
  readonly context: string;
  readonly qas: readonly { readonly question: string }[];
}

/** All paragraphs of a file, article after article. */
export const squadParagraphs = async (file: string): Promise<SquadParagraph[]> => {
  const { data } = JSON.parse(await openText(file)) as {
    readonly data: readonly { readonly paragraphs: readonly SquadParagraph[] }[];
  };
  return data.flatMap(({ paragraphs }) => paragraphs);
};

/** Their texts, one line each. */
export const contextsOf = async (file: string): Promise<string[]> =>
  (await squadParagraphs(file)).map(({ context }) => context.replaceAll(/\s+/g, ' '));
