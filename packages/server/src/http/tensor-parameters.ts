import { invalidRequest } from '../errors.js';

/** Parameters of a tensor: a name and a scalar each. */
export type TensorParameters = Readonly<Record<string, string | number | boolean>>;

/** Words for tensors that are taken as they are. */
const plainContentTypes = ['str', 'np'];

const sharedMemory = /^shared_memory_/;

/** What parameters are there, and the value that each of them may have. */
const check = (
  which: string,
  parameters: TensorParameters,
  known: Readonly<Record<string, { readonly expected: string; readonly fits: (value: unknown) => boolean }>>,
): void => {
  for (const [name, value] of Object.entries(parameters)) {
    const shown = JSON.stringify(value).slice(0, 60);
    if (sharedMemory.test(name))
      throw invalidRequest(
        `${which} has the parameter "${name}"; this server shares no memory with its clients. Send the tensor.`,
      );
    if (name === 'classification')
      throw invalidRequest(
        `${which} has the parameter "classification": ${shown}; the classification extension is not implemented here. Leave it out: the output "probabilities" has every class.`,
      );
    const rule = Object.hasOwn(known, name) ? known[name] : undefined;
    if (!rule)
      throw invalidRequest(
        `${which} has the parameter ${JSON.stringify(name.slice(0, 60))}; expected some of ${Object.keys(known).join(', ')}.`,
      );
    if (!rule.fits(value)) throw invalidRequest(`${which} has ${shown} as "${name}"; expected ${rule.expected}.`);
  }
};

const contentType = {
  expected: `${plainContentTypes.map((type) => JSON.stringify(type)).join(' or ')}: nothing is decoded here`,
  fits: (value: unknown): boolean => plainContentTypes.includes(String(value)),
};

/** @throws ServerError `REQUEST_INVALID` for a parameter that would go unheard */
export const checkInputParameters = (name: string, parameters: TensorParameters = {}): void =>
  check(`Input ${JSON.stringify(name.slice(0, 60))}`, parameters, {
    binary_data_size: {
      expected: 'a whole number of bytes',
      fits: (value) => Number.isSafeInteger(value) && Number(value) >= 0,
    },
    content_type: contentType,
  });

/** @throws ServerError `REQUEST_INVALID` for a parameter that would go unheard */
export const checkOutputParameters = (name: string, parameters: TensorParameters = {}): void =>
  check(`Output ${JSON.stringify(name.slice(0, 60))}`, parameters, {
    binary_data: { expected: 'true or false', fits: (value) => typeof value === 'boolean' },
    content_type: contentType,
  });
