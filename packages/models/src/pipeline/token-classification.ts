import { ModelError } from '../errors.js';
import { eachOrOne } from '../predictor/each-or-one.js';
import type { Predictor } from '../predictor/predictor.js';
import type { TokenAnswer } from '../tasks/answer.js';
import type { PipelineDefaults } from './pipeline-options.js';
import { spending } from './pipeline-options.js';

/** What one token is labelled. `start` and `end` are UTF-16 units of the text, the end excluded. */
export interface TaggedToken {
  readonly entity: string;
  readonly score: number;
  /** Place among the tokens of the text, special ones included. */
  readonly index: number;
  readonly word: string;
  readonly start?: number | undefined;
  readonly end?: number | undefined;
}

/** Neighbouring tokens of one label. */
export interface TaggedGroup {
  readonly entity_group: string;
  /** Mean of its tokens'. */
  readonly score: number;
  readonly word: string;
  readonly start?: number | undefined;
  readonly end?: number | undefined;
}

export interface TokenClassificationOptions extends PipelineDefaults {
  /** Labels that are left out. Default `['O']`. */
  readonly ignore_labels?: readonly string[] | undefined;
  /** `simple` joins the tokens of one name. Default `none`: every token by itself. */
  readonly aggregation_strategy?: 'none' | 'simple' | undefined;
}

/** The tokens, or the names, of one text; of several a list for each. */
export interface TokenClassificationPipeline {
  (
    text: string,
    options: TokenClassificationOptions & { readonly aggregation_strategy: 'simple' },
  ): Promise<TaggedGroup[]>;
  (
    texts: readonly string[],
    options: TokenClassificationOptions & { readonly aggregation_strategy: 'simple' },
  ): Promise<TaggedGroup[][]>;
  (text: string, options?: TokenClassificationOptions): Promise<TaggedToken[]>;
  (texts: readonly string[], options?: TokenClassificationOptions): Promise<TaggedToken[][]>;
}

const prefixes = ['B', 'I', 'E', 'S'] as const;
type Prefix = (typeof prefixes)[number];

/** A label as what begins, goes on, ends or stands alone, and of what: `B-person`; a bare name goes on. */
const partsOf = (label: string): { readonly prefix: Prefix; readonly name: string } => {
  const prefix = prefixes.find((known) => label.startsWith(`${known}-`));
  return prefix ? { prefix, name: label.slice(2) } : { prefix: 'I', name: label };
};

/** Tokens that are one name: each but the first stands next to the one before and goes on with its name, which did not end. */
const groupsOf = (tokens: readonly TokenAnswer[]): TokenAnswer[][] => {
  const groups: TokenAnswer[][] = [];
  let open: string | undefined;
  for (const token of tokens) {
    const { prefix, name } = partsOf(token.label);
    const next = groups.at(-1)?.at(-1)?.index === token.index - 1;
    const goesOn = next && open === name && prefix !== 'B' && prefix !== 'S';
    if (goesOn) groups.at(-1)?.push(token);
    else groups.push([token]);
    open = prefix === 'S' || (goesOn && prefix === 'E') ? undefined : name;
  }
  return groups;
};

const asToken = ({ label, score, index, text, start, end }: TokenAnswer): TaggedToken => ({
  entity: label,
  score,
  index,
  word: text,
  start,
  end,
});

/** The words of a group are quoted from the text where it is known where its tokens stand. */
const asGroup = (group: readonly TokenAnswer[], text: string): TaggedGroup => {
  const [start, end] = [group[0]?.start, group.at(-1)?.end];
  const known = start !== undefined && end !== undefined;
  return {
    entity_group: partsOf(group[0]?.label ?? '').name,
    score: group.reduce((sum, { score }) => sum + score, 0) / group.length,
    word: known ? text.slice(start, end) : group.map(({ text }) => text).join(' '),
    start,
    end,
  };
};

export const tokenClassification = (predictor: Predictor, defaults: PipelineDefaults): TokenClassificationPipeline => {
  const tag = async (
    texts: string | readonly string[],
    {
      ignore_labels: ignored = ['O'],
      aggregation_strategy: strategy = 'none',
      ...own
    }: TokenClassificationOptions = {},
  ): Promise<unknown> => {
    if (!['none', 'simple'].includes(strategy))
      throw new ModelError(
        'OPTION_INVALID',
        `aggregation_strategy is ${JSON.stringify(strategy)}; expected "none" or "simple".`,
      );
    return eachOrOne(async (list: readonly string[]) => {
      const answers = await predictor.predict(list, { ...spending(own, defaults), tokenAnswers: true });
      return answers.map(({ tokenAnswers = [] }, i) => {
        const kept = tokenAnswers.filter(({ label, text }) => !ignored.includes(label) && text !== '');
        return strategy === 'none' ? kept.map(asToken) : groupsOf(kept).map((group) => asGroup(group, list[i] ?? ''));
      });
    })(texts);
  };
  return tag as TokenClassificationPipeline;
};
