import type { OnnxRuntime } from '../runtime.js';
import { findRuntime } from '../runtime.js';

/** ONNX Runtime with a count of its sessions. */
export interface CountingRuntime {
  readonly runtime: OnnxRuntime;
  /** Sessions that are open now. */
  live(): number;
  /** The most that were open at once. */
  most(): number;
  /** Sessions that were opened. */
  opened(): number;
  /** Runs of all sessions. */
  runs(): number;
}

/** The runtime that is installed. A session that is released while it runs, or asked to run after that, is an error. */
export const countingRuntime = async (): Promise<CountingRuntime> => {
  const ort = await findRuntime();
  let [live, most, opened, runs] = [0, 0, 0, 0];
  const create: OnnxRuntime['InferenceSession']['create'] = async (model, options) => {
    const session = await ort.InferenceSession.create(model, options);
    live += 1;
    opened += 1;
    most = Math.max(most, live);
    let [running, isReleased] = [0, false];
    return {
      inputNames: session.inputNames,
      outputNames: session.outputNames,
      run: async (...given) => {
        if (isReleased) throw new Error('a session was run after its release');
        running += 1;
        runs += 1;
        try {
          return await session.run(...given);
        } finally {
          running -= 1;
        }
      },
      release: async () => {
        if (running > 0) throw new Error('a session was released while it ran');
        isReleased = true;
        live -= 1;
        await session.release();
      },
    };
  };
  return {
    runtime: { Tensor: ort.Tensor, env: ort.env, InferenceSession: { create } },
    live: () => live,
    most: () => most,
    opened: () => opened,
    runs: () => runs,
  };
};
