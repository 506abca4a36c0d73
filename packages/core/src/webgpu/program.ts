import { util } from '@tensorflow/tfjs';
import type { DataType, TensorInfo } from '@tensorflow/tfjs';

/** A compute shader as TensorFlow.js' WebGPU backend takes it. It adds bindings, `uniforms` and helpers around the code. */
interface WebGpuProgram {
  readonly variableNames: string[];
  readonly outputShape: number[];
  readonly dispatchLayout: { readonly x: number[] };
  readonly dispatch: [number, number, number];
  readonly workgroupSize: [number, number, number];
  readonly shaderKey: string;
  readonly uniforms: string;
  readonly variableComponents: number[];
  readonly outputComponent: number;
  readonly getUserCode: () => string;
}

interface Uniform {
  readonly type: 'int32' | 'float32';
  readonly data: number[];
}

/** The part of TensorFlow.js' WebGPU backend that runs a program. */
interface WebGpuBackend {
  runWebGPUProgram(program: WebGpuProgram, inputs: TensorInfo[], dtype: DataType, uniforms?: Uniform[]): TensorInfo;
}

/** A kernel's inputs, attributes and backend. */
interface Call {
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  readonly attrs: Readonly<Record<string, number>>;
  readonly backend: WebGpuBackend;
}

export type Kernel = (call: Call) => TensorInfo;

export interface ProgramRun {
  /** Tells shaders apart: same name, same code. */
  readonly name: string;
  /** By the name that the code reads them under. */
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  readonly shape: readonly number[];
  readonly dtype: DataType;
  readonly workgroups: number;
  /** Threads of a workgroup. */
  readonly threads: number;
  /** Numbers that the code reads as `uniforms.NAME`. */
  readonly uniforms?: Readonly<Record<string, number>>;
  /** Those of `uniforms` that are fractions; the others are whole. */
  readonly fractions?: readonly string[];
  /** How many numbers of an input, or of `result`, the code reads and writes as one vector: 2 or 4. Default 1. */
  readonly vectors?: Readonly<Record<string, number>>;
  /** Whether the code is given no shapes, only `uniforms` of its own: then there is one pipeline of it, whatever the shapes are. Default false. */
  readonly shapeless?: boolean;
  /**
   * WGSL with `fn main(index : i32)`: `index` counts threads through all workgroups, `localId.x` those of one. There may be more
   * workgroups than asked for: these must reach every barrier and write nothing. Inputs and `result` are arrays, `uniforms.outShape` is
   * the shape, a vector from two dimensions on.
   */
  readonly code: string;
}

/** An attribute of a kernel; throws where a caller left it out. */
export const attribute = (attrs: Readonly<Record<string, number>>, name: string): number => {
  const value = attrs[name];
  if (value === undefined) throw new Error(`the kernel was called without "${name}"`);
  return value;
};

/** Runs a compute shader once. */
export const runProgram = (
  backend: WebGpuBackend,
  {
    name,
    inputs,
    shape,
    dtype,
    workgroups,
    threads,
    uniforms = {},
    fractions = [],
    vectors = {},
    shapeless = false,
    code,
  }: ProgramRun,
): TensorInfo => {
  const typed = Object.entries(uniforms).map(([key, value]) => ({ key, value, fraction: fractions.includes(key) }));
  const outputShape = shapeless ? [util.sizeFromShape([...shape])] : [...shape];
  const program: WebGpuProgram = {
    variableNames: Object.keys(inputs),
    variableComponents: Object.keys(inputs).map((input) => vectors[input] ?? 1),
    outputComponent: vectors['result'] ?? 1,
    outputShape,
    dispatchLayout: { x: outputShape.map((_, dimension) => dimension) },
    dispatch: [workgroups, 1, 1],
    workgroupSize: [threads, 1, 1],
    shaderKey: `lengthAdaptive_${name}`,
    uniforms: typed.map(({ key, fraction }) => `${key} : ${fraction ? 'f32' : 'i32'}, `).join(''),
    getUserCode: () => code,
  };
  const data = typed.map(({ value, fraction }): Uniform => ({ type: fraction ? 'float32' : 'int32', data: [value] }));
  const given = Object.values(inputs);
  if (!shapeless) return backend.runWebGPUProgram(program, given, dtype, data);
  // A pipeline is found again by which of the shapes are equal: those of another rank never are.
  const flat = given.map((input) => ({ ...input, shape: [1, util.sizeFromShape(input.shape)] }));
  return { ...backend.runWebGPUProgram(program, flat, dtype, data), shape: [...shape] };
};

/** Threads of a workgroup where none needs another. */
const elementThreads = 64;

/**
 * Runs a shader with a thread an element of the result.
 *
 * @param elements `code` is what a thread does for element `index`
 */
export const runElements = (
  backend: WebGpuBackend,
  { code, uniforms, ...elements }: Omit<ProgramRun, 'workgroups' | 'threads'>,
): TensorInfo => {
  const count = util.sizeFromShape([...elements.shape]);
  return runProgram(backend, {
    ...elements,
    workgroups: Math.ceil(count / elementThreads),
    threads: elementThreads,
    uniforms: { ...uniforms, count },
    code: `
      fn main(index : i32) {
        if (index < uniforms.count) {${code}}
      }
    `,
  });
};
