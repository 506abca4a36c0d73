/** `open-once.ts WAY FOLDER`: opens the weights of a folder in one way and prints, as JSON, what that took. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as Models from '@length-adaptive/models';
import type * as Onnx from '@length-adaptive/onnx';

/** Loads a module when a way needs it, and no sooner: what others load counts for them. */
const load = async <Module>(name: string): Promise<Module> => (await import(name)) as Module;

/** `write-graph` makes the file that `runtime` opens. */
export type Way = 'write-graph' | 'runtime' | 'by-variables' | 'straight';

/** What an opening took. */
export interface Opened {
  /** From the files to a session, modules loaded before. */
  readonly milliseconds: number;
  /** Resident memory of the process at its highest. */
  readonly peakBytes: number;
}

/** The graph of the weights, as `runtime` opens it. */
export const graphFileName = 'graph.onnx';

/** The graph of a folder's weights by variables of TensorFlow.js. */
const graphByVariables = async (folder: string): Promise<{ readonly bytes: Uint8Array; readonly config: object }> => {
  const { openTrainedModel } = await load<typeof Models>('@length-adaptive/models');
  const { exportGraph, hostModel } = await load<typeof Onnx>('@length-adaptive/onnx');
  const { model } = await openTrainedModel(folder); // createTaskModel, with all that its folder holds
  try {
    return { bytes: exportGraph(await hostModel(model)), config: model.config };
  } finally {
    model.dispose();
  }
};

const ways: Readonly<Record<Way, (folder: string) => Promise<() => Promise<unknown>>>> = {
  'write-graph': async (folder) => {
    const { readOnnxFile } = await load<typeof Onnx>('@length-adaptive/onnx');
    return async () =>
      writeFileSync(path.join(folder, graphFileName), readOnnxFile((await graphByVariables(folder)).bytes).bytes);
  },
  runtime: async (folder) => {
    const { InferenceSession } = await import('onnxruntime-node');
    const options = { graphOptimizationLevel: 'all', intraOpNumThreads: 1, interOpNumThreads: 1 } as const;
    return () => InferenceSession.create(path.join(folder, graphFileName), options);
  },
  'by-variables': async (folder) => {
    await load<typeof Models>('@length-adaptive/models');
    const { createOnnxModel } = await load<typeof Onnx>('@length-adaptive/onnx');
    await import('onnxruntime-node');
    return async () => {
      const { bytes, config } = await graphByVariables(folder);
      return createOnnxModel(bytes, { ...config }, { threads: 1 });
    };
  },
  straight: async (folder) => {
    const { openOnnx } = await load<typeof Onnx>('@length-adaptive/onnx');
    await import('onnxruntime-node');
    return () => openOnnx(folder, { threads: 1 });
  },
};

/** The most that was resident, in bytes: what the kernel says where there is one to ask. */
const peakBytes = (): number => {
  try {
    const [, kilobytes = ''] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    if (kilobytes !== '') return Number(kilobytes) * 1024;
  } catch {
    // Not Linux.
  }
  return process.resourceUsage().maxRSS * 1024;
};

const [, program = '', way = '', folder = ''] = process.argv;
if (import.meta.url === pathToFileURL(program).href) {
  const open = await ways[way as Way](folder);
  const start = performance.now();
  await open();
  const milliseconds = performance.now() - start;
  console.log(JSON.stringify({ milliseconds, peakBytes: peakBytes() } satisfies Opened));
  process.exit();
}
