import { backend_util as constants } from '@tensorflow/tfjs';
import type { kernelActivations } from '../own-kernels.js';

/** WGSL that gives `scaled`, a value by the root of 2, and `tail`, what the error function of its size is below 1: of one value or of four. */
export const errorFunctionCode = `
    let scaled = value * ${Math.SQRT1_2};
    let distance = abs(scaled);
    let t = 1.0 / (1.0 + ${constants.ERF_P} * distance);
    let tail = ((((${constants.ERF_A5} * t + ${constants.ERF_A4}) * t + ${constants.ERF_A3}) * t + ${constants.ERF_A2}) * t + ${constants.ERF_A1}) * t * exp(-distance * distance);`;

/** WGSL of `fn activated(value : vec4<f32>) -> vec4<f32>`. */
const bodies: Readonly<Record<(typeof kernelActivations)[number], string>> = {
  none: 'return value;',
  gelu: `
    ${errorFunctionCode}
    return value * 0.5 * (sign(scaled) * (1.0 - tail) + 1.0);`,
  gelu_new: `
    return value * 0.5 * (hyperbolic(${Math.sqrt(2 / Math.PI)} * (value + 0.044715 * value * value * value)) + 1.0);`,
  relu: 'return max(value, vec4<f32>(0.0));',
  silu: 'return value / (1.0 + exp(-value));',
  quick_gelu: 'return value / (1.0 + exp(-1.702 * value));',
  tanh: 'return hyperbolic(value);',
};

/** The function `activated` of an activation. */
export const activeCode = (kind: keyof typeof bodies): string => `
  // Of large values the function that comes with a driver may be no number.
  fn hyperbolic(value : vec4<f32>) -> vec4<f32> {
    let small = exp(-2.0 * abs(value));
    return sign(value) * (1.0 - small) / (1.0 + small);
  }

  fn activated(value : vec4<f32>) -> vec4<f32> {${bodies[kind]} }
`;
