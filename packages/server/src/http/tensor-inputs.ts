import type { TaskName, TextInput, TokenInput } from '@length-adaptive/models';
import { makeTask } from '@length-adaptive/models/predict';
import { invalidRequest } from '../errors.js';
import { rowsOf, textsOf, type InputTensor } from './tensors.js';

const textNames = ['text', 'pair'];
const tokenNames = ['input_ids', 'attention_mask', 'token_type_ids'];

/** The names of the inputs that a task has. */
export const inputNames = (task: TaskName): string[] => {
  const { pair, answer } = makeTask(task);
  return ['text', ...(pair === 'none' ? [] : ['pair']), ...(answer ? tokenNames : [])];
};

/** Texts and their seconds, in rows. */
const textInputs = (text: InputTensor, pair: InputTensor | undefined): TextInput[] => {
  const texts = textsOf(text);
  if (!pair) return texts;
  const pairs = textsOf(pair);
  if (pairs.length !== texts.length)
    throw invalidRequest(`Input "text" has ${texts.length} texts and "pair" has ${pairs.length}; expected one each.`);
  return texts.map((first, row) => [first, pairs[row] ?? '']);
};

/** Tokens of a row that are not padding: 1s, then 0s. */
const lengthOf = (mask: readonly number[], row: number): number => {
  const length = mask.lastIndexOf(1) + 1;
  if (length > 0 && mask.every((value, at) => value === (at < length ? 1 : 0))) return length;
  throw invalidRequest(
    `Row ${row} of "attention_mask" is not some 1s and then only 0s; expected padding on the right, after at least one token.`,
  );
};

/** Rows of token numbers, without their padding. */
const tokenInputs = (ids: InputTensor, mask: InputTensor | undefined, types: InputTensor | undefined): TokenInput[] => {
  for (const other of [mask, types]) {
    if (other && other.shape.join() !== ids.shape.join())
      throw invalidRequest(
        `Input "${other.name}" has the shape [${other.shape.join(', ')}] and "input_ids" [${ids.shape.join(', ')}]; expected the same.`,
      );
  }
  const lengths = mask && rowsOf(mask).map(lengthOf);
  const typeIds = types && rowsOf(types);
  return rowsOf(ids).map((row, at) => {
    const length = lengths?.[at] ?? row.length;
    return { ids: row.slice(0, length), typeIds: typeIds?.[at]?.slice(0, length) };
  });
};

/**
 * The tensors of a request as inputs of a model.
 *
 * @throws ServerError `REQUEST_INVALID`
 */
export const inputsOfTensors = (tensors: readonly InputTensor[], task: TaskName): (TextInput | TokenInput)[] => {
  const known = inputNames(task);
  const byName = new Map<string, InputTensor>();
  for (const tensor of tensors) {
    if (!known.includes(tensor.name))
      throw invalidRequest(
        `This model has no input ${JSON.stringify(tensor.name.slice(0, 60))}; its inputs are ${known.join(', ')}.`,
      );
    if (byName.has(tensor.name)) throw invalidRequest(`Input "${tensor.name}" came twice.`);
    byName.set(tensor.name, tensor);
  }
  const [text, pair] = textNames.map((name) => byName.get(name));
  const [ids, mask, types] = tokenNames.map((name) => byName.get(name));
  if ((text || pair) && (ids || mask || types)) throw invalidRequest('Both texts and tokens came; give one of them.');
  const main = text ?? ids;
  if (!main) throw invalidRequest(`Input "${mask || types ? 'input_ids' : 'text'}" is missing.`);
  if (makeTask(task).pair === 'required' && !pair)
    throw invalidRequest('Input "pair" is missing: the context in which the answer is looked for.');
  const inputs = ids ? tokenInputs(ids, mask, types) : textInputs(main, pair);
  if (inputs.length === 0) throw invalidRequest(`Input "${main.name}" is empty; expected at least one text.`);
  return inputs;
};
