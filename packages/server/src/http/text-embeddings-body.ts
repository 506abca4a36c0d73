/** What a request of Text Embeddings Inference holds. */
import type { TextInput } from '@length-adaptive/models';
import { Type, type Static } from 'typebox';
import { requestFields } from './request-fields.js';

const pair = Type.Array(Type.String(), { minItems: 1, maxItems: 2 });

/** `null` stands for what is not given. */
export const orNull = <Schema extends Parameters<typeof Type.Union>[0][number]>(schema: Schema) =>
  Type.Optional(Type.Union([schema, Type.Null()]));

export const modelFields = {
  model: orNull(Type.String({ maxLength: 256, description: 'An addition of ours. Default: the only model.' })),
  version: orNull(Type.String({ maxLength: 256 })),
};

/** Clients of this protocol send fields of other routes and versions: what is not known is left alone, save in `parameters`, where a misspelt budget would not hold. */
export const predictBody = Type.Object({
  inputs: Type.Union([Type.String(), pair, Type.Array(pair)], {
    description: 'a text, a pair of texts [text, pair], or a list of [text] and [text, pair].',
  }),
  truncate: orNull(Type.Boolean({ description: 'Cut texts that are too long in place of refusing them.' })),
  truncation_direction: orNull(
    Type.Enum(['Right', 'right', 'Left', 'left'], {
      description: 'Texts are cut at their end only: one that is too long is refused where this is Left.',
    }),
  ),
  raw_scores: orNull(Type.Boolean({ description: 'Logits in place of probabilities.' })),
  ...modelFields,
  parameters: Type.Optional(
    Type.Object(requestFields, { additionalProperties: false, description: 'An addition of ours: the budget.' }),
  ),
});
export type PredictBody = Static<typeof predictBody>;

export const tokenizeBody = Type.Object({
  inputs: Type.Union([Type.String(), Type.Array(Type.String(), { minItems: 1 })], {
    description: 'a text or a list of texts.',
  }),
  add_special_tokens: orNull(Type.Boolean({ description: 'Default true.' })),
  ...modelFields,
});

type Inputs = PredictBody['inputs'];

/** Whether texts come as a list of [text] and [text, pair]. */
export const isBatch = (inputs: Inputs): inputs is string[][] =>
  typeof inputs !== 'string' && typeof inputs[0] !== 'string';

/** [text] or [text, pair] -> an input. */
const inputOf = ([text = '', second]: readonly string[]): TextInput => (second === undefined ? text : [text, second]);

/** All texts, as inputs of a model. */
export const inputsOfBody = (inputs: Inputs): TextInput[] => {
  if (isBatch(inputs)) return inputs.map(inputOf);
  return [inputOf(typeof inputs === 'string' ? [inputs] : inputs)];
};

/** What is not given, and null, as undefined. */
export const given = <Value>(value: Value | null | undefined): Value | undefined => value ?? undefined;
