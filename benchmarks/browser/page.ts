/** What runs in the page: MiniLM on TensorFlow.js and on ONNX Runtime Web, on so many threads. */
import type { OperatingPoint } from '@length-adaptive/core';
import { startBackend } from '@length-adaptive/core/backend';
import { load } from '@length-adaptive/models';
import type { Predictor } from '@length-adaptive/models';
import { loadOnnx } from '@length-adaptive/onnx';
import type { OnnxRuntime } from '@length-adaptive/onnx';
import * as ort from 'onnxruntime-web/wasm';

/** Of the page. */
declare const location: { readonly href: string };
declare const crossOriginIsolated: boolean;

/** Engines with their precision. */
export type Runner = 'tfjs' | 'ort_fp32' | 'ort_int8';

/** What a page says when it has opened the model three times. */
export interface Opened {
  /** What TensorFlow.js runs on, in words. */
  readonly reason: string;
  readonly isolated: boolean;
  readonly threads: number;
  readonly dimensions: Predictor['dimensions'];
  /** Tokens of the text. */
  readonly tokens: number;
}

/** What is in the page for Playwright to call. */
export interface Page {
  open(threads: number): Promise<Opened>;
  /** Milliseconds of one pass. */
  pass(runner: Runner, point: OperatingPoint | undefined): Promise<number>;
  /** Cosines of the vectors of one precision and engine to those of TensorFlow.js at the full length. */
  nearness(): Promise<Readonly<Record<Runner, number>>>;
}

const text = 'time '.repeat(126);
const source = new URL('/model', location.href).href;
const predictors = new Map<Runner, Predictor>();

const embed = async (runner: Runner, point: OperatingPoint | undefined, of = text): Promise<Float32Array> => {
  const predictor = predictors.get(runner);
  if (!predictor) throw new Error(`${runner} is not open.`);
  return (await predictor.embed(of, { ...(point && { point }) })).vector;
};

const page: Page = {
  open: async (threads) => {
    const { reason } = await startBackend({ backends: ['wasm'], wasmPaths: '/tfjs/', threads });
    ort.env.wasm.wasmPaths = '/ort/';
    ort.env.wasm.numThreads = threads;
    const runtime = ort as unknown as OnnxRuntime;
    const tfjs = await load(source);
    predictors.set('tfjs', tfjs);
    predictors.set('ort_fp32', await loadOnnx(source, { runtime, threads, providers: ['wasm'] }));
    predictors.set('ort_int8', await loadOnnx(source, { runtime, threads, providers: ['wasm'], precision: 'int8' }));
    return {
      reason,
      isolated: crossOriginIsolated,
      threads: ort.env.wasm.numThreads,
      dimensions: tfjs.dimensions,
      tokens: await tfjs.countTokens(text),
    };
  },
  pass: async (runner, point) => {
    const start = performance.now();
    await embed(runner, point);
    return performance.now() - start;
  },
  nearness: async () => {
    const said = 'A warm, funny and quietly moving film about two people who refuse to grow up.';
    const [tfjs, fp32, int8] = [
      await embed('tfjs', undefined, said),
      await embed('ort_fp32', undefined, said),
      await embed('ort_int8', undefined, said),
    ];
    const dot = (own: Float32Array): number => own.reduce((sum, value, i) => sum + value * (tfjs[i] ?? 0), 0);
    return { tfjs: dot(tfjs), ort_fp32: dot(fp32), ort_int8: dot(int8) };
  },
};
Object.assign(globalThis, { page });
