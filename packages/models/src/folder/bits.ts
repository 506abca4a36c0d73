import type { Bits, OperatingPoint } from '@length-adaptive/core/lengths';
import { bitChoices, CoreError } from '@length-adaptive/core/lengths';

/** What of a model says which bits it runs. */
export interface BitsModel {
  /** What runs it: `tfjs`, `onnxruntime`. */
  readonly engine?: string | undefined;
  /** What its weights are stored in: its own bits. Default `fp32`. */
  readonly precision?: string | undefined;
  /** Bits that points may ask for beside its own. Absent: none. */
  readonly otherBits?: readonly Bits[] | undefined;
}

const bitsOfPrecision: Readonly<Record<string, number>> = { fp32: 32, fp16: 16, int8: 8 };

/** The bits that the weights of a model have as it was opened. */
export const ownBits = ({ precision = 'fp32' }: BitsModel): number => bitsOfPrecision[precision] ?? 32;

/** Whether a model runs the bits of a point. */
export const runsBits = ({ bits }: OperatingPoint, model: BitsModel): boolean =>
  bits === undefined || bits === ownBits(model) || (model.otherBits?.includes(bits) ?? false);

/** A point without bits that are the model's own. */
export const withoutOwnBits = ({ bits, ...point }: OperatingPoint, model: BitsModel): OperatingPoint =>
  bits === undefined || bits === ownBits(model) ? point : { ...point, bits };

/** The bits that some points ask for, each once. */
export const bitsIn = (points: readonly { readonly point: OperatingPoint }[]): readonly Bits[] =>
  bitChoices.filter((bits) => points.some(({ point }) => point.bits === bits));

/**
 * Checks that a model can run the bits of a point.
 *
 * @throws CoreError `OPERATING_POINT_INVALID`, which says what to do
 */
export const checkBits = (point: OperatingPoint, model: BitsModel): void => {
  if (runsBits(point, model)) return;
  const { engine, otherBits = [] } = model;
  const own = [ownBits(model), ...otherBits].join(' or ');
  const cure =
    engine === 'onnxruntime'
      ? 'open the folder with its weights, or export a file of that precision too (lat export --precision fp32,int8)'
      : 'run it on ONNX Runtime (@length-adaptive/onnx; --engine onnx), which opens both';
  throw new CoreError(
    'OPERATING_POINT_INVALID',
    `The point asks for weights of ${point.bits} bits, and the model as it was opened${engine === undefined ? '' : ` on ${engine}`} has ${own}. Leave bits out, or ${cure}.`,
  );
};

/** What is to be said where an engine does not run all points of a Pareto set; nothing where it does. */
export const bitsNotes = (
  points: readonly { readonly point: OperatingPoint }[],
  model: BitsModel,
): readonly string[] => {
  const out = points.filter(({ point }) => !runsBits(point, model)).length;
  return out === 0
    ? []
    : [
        `${out} of ${points.length} searched points run in other bits than ${model.engine ?? 'the engine'} has here, and are left out of the choice; ONNX Runtime runs them from the weights.`,
      ];
};
