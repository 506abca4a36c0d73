import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { TextModel } from '@length-adaptive/models';
import type { Precision } from '@length-adaptive/onnx';
import { exportModel, tokenArrays } from '@length-adaptive/onnx';
import type { BenchEngine } from './bench-engine.js';

const packageName = '@huggingface/transformers';

interface TransformersModel {
  (inputs: Readonly<Record<string, unknown>>): Promise<unknown>;
  dispose(): Promise<unknown>;
}

/** What is used of transformers.js. */
export interface TransformersJs {
  readonly env: { allowRemoteModels: boolean; allowLocalModels: boolean; localModelPath: string };
  readonly Tensor: new (type: 'int64', data: BigInt64Array, dims: readonly number[]) => unknown;
  readonly AutoModelForSequenceClassification: {
    from_pretrained(name: string, options: Readonly<Record<string, unknown>>): Promise<TransformersModel>;
  };
}

/** transformers.js's names of our precisions. */
const dtypes: Readonly<Record<Precision, string>> = { fp32: 'fp32', fp16: 'fp16', int8: 'q8' };

/** Finds transformers.js beside this program, or where the user stands; undefined when it is not installed. */
export const importTransformers = async (): Promise<TransformersJs | undefined> => {
  const fromHere = (): string =>
    pathToFileURL(createRequire(join(process.cwd(), 'package.json')).resolve(packageName)).href;
  for (const locate of [() => packageName, fromHere]) {
    try {
      return (await import(locate())) as TransformersJs;
    } catch {
      continue;
    }
  }
  return undefined;
};

export interface OpenTransformersOptions {
  readonly precisions: readonly Precision[];
  readonly threads: number | undefined;
}

/** Opens the same weights in transformers.js, offline: they are exported into a folder that goes away again. */
export const openTransformers = async (
  { env, Tensor, AutoModelForSequenceClassification }: TransformersJs,
  opened: TextModel,
  { precisions, threads }: OpenTransformersOptions,
): Promise<BenchEngine[]> => {
  const folder = await mkdtemp(join(tmpdir(), 'lat-bench-'));
  const engines: BenchEngine[] = [];
  const takesTypes = opened.model.dimensions.types > 0; // it warns of inputs that a model does not take
  try {
    await exportModel(join(folder, 'model'), opened, { precisions, verify: false });
    Object.assign(env, { allowRemoteModels: false, allowLocalModels: true, localModelPath: folder });
    for (const precision of precisions) {
      const model = await AutoModelForSequenceClassification.from_pretrained('model', {
        dtype: dtypes[precision],
        device: 'cpu',
        local_files_only: true,
        session_options: {
          logSeverityLevel: 3,
          ...(threads !== undefined && { intraOpNumThreads: threads, interOpNumThreads: 1 }),
        },
      });
      engines.push({
        engine: 'transformers.js',
        precision,
        adaptive: false,
        run: (inputs) => {
          const { dims, arrays } = tokenArrays(inputs);
          const taken = Object.entries(arrays).filter(([name]) => takesTypes || name !== 'token_type_ids');
          return model(Object.fromEntries(taken.map(([name, data]) => [name, new Tensor('int64', data, dims)])));
        },
        dispose: async () => void (await model.dispose()),
      });
    }
    return engines;
  } catch (error) {
    for (const engine of engines) await engine.dispose();
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
