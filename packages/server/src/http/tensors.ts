import { Type, type Static } from 'typebox';
import { invalidRequest } from '../errors.js';

/** Parameters of a tensor: names and scalars. */
export const tensorParameters = Type.Record(
  Type.String(),
  Type.Union([Type.String(), Type.Number(), Type.Boolean()], { description: 'a text, a number, true or false.' }),
);

/** A tensor as a request carries it, its elements in the JSON or behind it. */
export const requestTensor = Type.Object({
  name: Type.String(),
  shape: Type.Array(Type.Integer({ minimum: 0 }), { minItems: 1, maxItems: 8 }),
  datatype: Type.String({ description: '`BYTES` for texts, `INT64` for tokens.' }),
  parameters: Type.Optional(tensorParameters),
  data: Type.Optional(
    Type.Array(Type.Unknown(), {
      description:
        'Row-major, flat or nested as the shape is; absent where `parameters.binary_data_size` bytes follow the JSON.',
    }),
  ),
});
export type RequestTensor = Static<typeof requestTensor>;

/** A tensor with its elements, flat or nested as the shape is. */
export interface InputTensor extends Omit<RequestTensor, 'data' | 'parameters'> {
  readonly data: readonly unknown[];
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The bytes of an element as a text.
 *
 * @throws ServerError `REQUEST_INVALID`
 */
export const textAt = (name: string, at: number, bytes: Uint8Array): string => {
  try {
    return utf8.decode(bytes);
  } catch {
    throw invalidRequest(`Element ${at} of input "${name}" is not UTF-8; expected a text in UTF-8.`);
  }
};

/** A tensor as an answer carries it, flat. */
export const outputTensor = Type.Object({
  name: Type.String(),
  shape: Type.Array(Type.Integer()),
  datatype: Type.String(),
  data: Type.Array(Type.Union([Type.String(), Type.Number()])),
});
export type OutputTensor = Static<typeof outputTensor>;

const showShape = (shape: readonly number[]): string => `[${shape.join(', ')}]`;

/** Nested lists of exactly this shape -> their elements in order. */
const unnest = (data: readonly unknown[], shape: readonly number[], fail: () => never): unknown[] => {
  const [size, ...inner] = shape;
  if (data.length !== size) fail();
  if (inner.length === 0) return [...data];
  return data.flatMap((part) => (Array.isArray(part) ? unnest(part, inner, fail) : fail()));
};

/** The elements of a tensor, row-major. */
const elementsOf = ({ name, shape, data }: InputTensor): unknown[] => {
  const size = shape.reduce((product, length) => product * length, 1);
  const nested = shape.length > 1 && Array.isArray(data[0]);
  const fail = (): never => {
    throw invalidRequest(
      `Input "${name}" has the shape ${showShape(shape)} and ${nested ? 'lists that do not nest so' : `${data.length} elements; expected ${size}`}.`,
    );
  };
  if (!nested && data.length !== size) fail();
  return nested ? unnest(data, shape, fail) : [...data];
};

const checkDatatype = ({ name, datatype }: InputTensor, expected: string): void => {
  if (datatype !== expected)
    throw invalidRequest(`Input "${name}" has the datatype ${JSON.stringify(datatype)}; expected ${expected}.`);
};

/**
 * A tensor of texts, [n] or [n, 1].
 *
 * @throws ServerError `REQUEST_INVALID`
 */
export const textsOf = (tensor: InputTensor): string[] => {
  const { name, shape } = tensor;
  checkDatatype(tensor, 'BYTES');
  if (shape.length > 2 || (shape[1] ?? 1) !== 1)
    throw invalidRequest(`Input "${name}" has the shape ${showShape(shape)}; expected [n], one text each.`);
  return elementsOf(tensor).map((element, row) => {
    if (typeof element !== 'string')
      throw invalidRequest(`Element ${row} of input "${name}" is ${typeof element}; expected a text.`);
    return element;
  });
};

/**
 * A tensor of token numbers, [n, tokens] -> its rows.
 *
 * @throws ServerError `REQUEST_INVALID`
 */
export const rowsOf = (tensor: InputTensor): number[][] => {
  const { name, shape } = tensor;
  checkDatatype(tensor, 'INT64');
  const [rows = 0, length = 0, ...more] = shape;
  if (shape.length < 2 || more.length > 0)
    throw invalidRequest(`Input "${name}" has the shape ${showShape(shape)}; expected [n, tokens].`);
  const elements = elementsOf(tensor).map((element, at) => {
    if (typeof element !== 'number' || !Number.isSafeInteger(element))
      throw invalidRequest(
        `Element ${at} of input "${name}" is ${typeof element === 'number' ? element : typeof element}; expected a whole number.`,
      );
    return element;
  });
  return Array.from({ length: elements.length === 0 ? 0 : rows }, (_, row) =>
    elements.slice(row * length, (row + 1) * length),
  );
};
