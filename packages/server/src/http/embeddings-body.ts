/** What requests for vectors hold. */
import type { TextInput, TokenInput } from '@length-adaptive/models';
import { Type, type Static } from 'typebox';
import { requestFields } from './request-fields.js';
import { modelFields, orNull, predictBody } from './text-embeddings-body.js';

const dimensions = orNull(Type.Integer({ minimum: 1, description: 'Leading numbers of each vector that are given.' }));
const promptName = orNull(
  Type.String({ description: 'What is put before each text: a prompt of the model, by name.' }),
);

const embedFields = {
  inputs: Type.Union([Type.String(), Type.Array(Type.String())], { description: 'a text or a list of texts.' }),
  truncate: predictBody.properties.truncate,
  truncation_direction: predictBody.properties.truncation_direction,
  prompt_name: promptName,
  ...modelFields,
  parameters: predictBody.properties.parameters,
};

/** A request of Text Embeddings Inference for vectors of tokens. */
export const embedAllBody = Type.Object(embedFields);

/** A request of Text Embeddings Inference for vectors of texts. */
export const embedBody = Type.Object({
  ...embedFields,
  normalize: orNull(Type.Boolean({ description: 'Vectors of length 1 (the default), or as the model gives them.' })),
  dimensions,
});

const tokens = Type.Array(Type.Integer({ minimum: 0 }), { minItems: 1 });

/** A request of OpenAI's, with the budget as an addition of ours. Its clients send fields of other models and versions: what is not known is left alone. */
export const embeddingsBody = Type.Object({
  input: Type.Union([Type.String(), Type.Array(Type.String()), tokens, Type.Array(tokens)], {
    description: 'a text, a list of texts, the token ids of one, or a list of these.',
  }),
  model: Type.Optional(Type.String({ maxLength: 256, description: 'Default: the only model.' })),
  encoding_format: orNull(Type.Enum(['float', 'base64'])),
  dimensions,
  user: orNull(Type.String({ description: 'Not used.' })),
  prompt_name: promptName,
  ...requestFields,
});

const isTokens = (input: readonly unknown[]): input is readonly number[] => typeof input[0] === 'number';

/** A request's input as inputs of a model. */
export const openAiInputs = (input: Static<typeof embeddingsBody>['input']): readonly (TextInput | TokenInput)[] => {
  if (typeof input === 'string') return [input];
  if (isTokens(input)) return [{ ids: input }];
  return input.map((each) => (typeof each === 'string' ? each : { ids: each }));
};
