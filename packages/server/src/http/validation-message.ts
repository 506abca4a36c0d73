import type { FastifySchemaValidationError } from 'fastify';

/** What ajv says in its verbose mode. */
interface VerboseError extends FastifySchemaValidationError {
  readonly parentSchema?: { readonly description?: string; readonly properties?: object };
  readonly data?: unknown;
}

const showValue = (value: unknown): string => {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return typeof value === 'object' && value !== null ? 'an object' : String(JSON.stringify(value)).slice(0, 60);
};

/** `/inputs/0/shape` -> `inputs[0].shape` */
const fieldAt = (path: string): string =>
  path
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((field, part) => (/^\d+$/.test(part) ? `${field}[${part}]` : field === '' ? part : `${field}.${part}`), '');

/** What a client should read when its body does not fit: the field, what came, what was expected. */
export const validationMessage = (errors: readonly FastifySchemaValidationError[], where: string): string => {
  const error: VerboseError | undefined = errors.at(-1); // the outermost
  if (!error) return `The ${where} is not as expected.`;
  const { keyword, instancePath, params, message = 'is not as expected', parentSchema, data } = error;
  const field = fieldAt(instancePath);
  const inside = (name: unknown): string => `"${field === '' ? '' : `${field}.`}${String(name).slice(0, 60)}"`;
  if (keyword === 'additionalProperties') {
    const known = Object.keys(parentSchema?.properties ?? {}).join(', ');
    return `There is no field ${inside(params['additionalProperty'])}; expected some of ${known}.`;
  }
  if (keyword === 'required') return `The field ${inside(params['missingProperty'])} is missing.`;
  const subject = field === '' ? `The ${where}` : `"${field}"`;
  if (keyword === 'anyOf' && parentSchema?.description !== undefined)
    return `${subject} is ${showValue(data)}; expected ${parentSchema.description}`;
  const allowed = Array.isArray(params['allowedValues']) ? `: ${params['allowedValues'].join(', ')}` : '';
  return data === undefined ? `${subject} is missing.` : `${subject} is ${showValue(data)}; it ${message}${allowed}.`;
};
