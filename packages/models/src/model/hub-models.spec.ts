import { useWasm } from '@length-adaptive/core/wasm';
import * as tf from '@tensorflow/tfjs';
import type { ModelConfig } from '../architectures/model-config.js';
import { openModel } from './open-model.js';
import { saveParameters } from '../architectures/parameters.js';
import type { TensorData } from '../weights/safetensors.js';
import { createTaskModel } from './task-model.js';
import { questionAnswering } from '../tasks/question-answering.js';
import type { Task } from '../tasks/task.js';
import { tokenClassification } from '../tasks/token-classification.js';
import { startFileServer } from '../testing/file-server.js';
import type { FileServer } from '../testing/file-server.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { tinyConfig, tinyVocabulary } from '../testing/tiny-model.js';
import { writeTorchFile } from '../testing/torch-file.js';
import { writeSafetensors } from '../weights/write-safetensors.js';

const distilbertConfig: ModelConfig = {
  model_type: 'distilbert',
  vocab_size: 40,
  dim: 32,
  n_layers: 3,
  n_heads: 4,
  hidden_dim: 64,
  max_position_embeddings: 32,
  initializer_range: 0.1,
};

/** A TinyBERT as its authors published it: no family, a map to the teacher's width beside the encoder. */
const { model_type: _, ...unnamed } = tinyConfig;
const tinybertConfig: ModelConfig = { ...unnamed, emb_size: 32, cell: {}, structure: [] };

const tensorsOf = async (
  config: ModelConfig,
  task: Task | undefined,
): Promise<{ tensors: Map<string, TensorData>; config: ModelConfig; logits: Float32Array }> => {
  const model = createTaskModel(config, new Map(), { fresh: true, task });
  const logits = await model.run([{ ids: [2, 5, 17, 3] }], { point: { lengths: [0.75, 0.5, 0.5] } });
  const tensors = await saveParameters(model.parameters);
  model.dispose();
  return { tensors, config: model.config, logits };
};

const fitDense = (): [string, TensorData][] => [
  ['fit_dense.weight', { shape: [48, 32], data: new Float32Array(48 * 32), dtype: 'F32' }],
  ['fit_dense.bias', { shape: [48], data: new Float32Array(48), dtype: 'F32' }],
];

/** The tensors as early checkpoints have them: in PyTorch's own file, without the prefix of the encoder, and with the norms' first names. */
const asOfOld = (tensors: ReadonlyMap<string, TensorData>): Record<string, Uint8Array> => {
  const oldName = (name: string): string =>
    name
      .replace(/^bert\./, '')
      .replace('LayerNorm.weight', 'LayerNorm.gamma')
      .replace('LayerNorm.bias', 'LayerNorm.beta');
  return {
    'pytorch_model.bin': writeTorchFile(new Map([...tensors].map(([name, tensor]) => [oldName(name), tensor]))),
  };
};

const inOneFile = (tensors: ReadonlyMap<string, TensorData>): Record<string, Uint8Array> => ({
  'model.safetensors': writeSafetensors(tensors),
});

/** The tensors in two files with an index. */
const shards = (tensors: ReadonlyMap<string, TensorData>): Record<string, string | Uint8Array> => {
  const parts = [0, 1].map((part) => new Map([...tensors].filter((_entry, i) => i % 2 === part)));
  const nameOf = (part: number): string => `model-0000${part + 1}-of-00002.safetensors`;
  return {
    'model.safetensors.index.json': JSON.stringify({
      weight_map: Object.fromEntries(parts.flatMap((own, part) => [...own.keys()].map((name) => [name, nameOf(part)]))),
    }),
    ...Object.fromEntries(parts.map((own, part) => [nameOf(part), writeSafetensors(own)])),
  };
};

const folder = temporaryFolder();
let server: FileServer;

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
});
afterEach(async () => {
  delete process.env['HF_ENDPOINT'];
  await server.close();
});

test.each<{
  name: string;
  config: ModelConfig;
  task?: Task;
  write?: (tensors: ReadonlyMap<string, TensorData>) => Record<string, string | Uint8Array>;
  more?: () => [string, TensorData][];
  modelType: string;
}>([
  { name: 'DistilBERT for sequences', config: distilbertConfig, modelType: 'distilbert' },
  {
    name: 'DistilBERT for questions, in shards',
    config: distilbertConfig,
    task: questionAnswering(),
    write: shards,
    modelType: 'distilbert',
  },
  {
    name: 'BERT for tags, in shards',
    config: tinyConfig,
    task: tokenClassification(['O', 'B-x', 'I-x']),
    write: shards,
    modelType: 'bert',
  },
  {
    name: 'BERT of 2018 for tags, without a pooler',
    config: tinyConfig,
    task: tokenClassification(['O', 'B-x', 'I-x']),
    write: asOfOld,
    modelType: 'bert',
  },
  { name: 'TinyBERT with fit_dense', config: tinybertConfig, more: fitDense, modelType: 'bert' },
])(
  'a Hub repository of $name opens with its own head and gives its logits',
  async ({ name, config, task, write = inOneFile, more, modelType }) => {
    const saved = await tensorsOf(config, task);
    for (const [tensor, data] of more?.() ?? []) saved.tensors.set(tensor, data);
    const published =
      modelType === 'bert' && more ? { ...saved.config, model_type: undefined, emb_size: 32 } : saved.config;
    const repository = {
      ...write(saved.tensors),
      'config.json': JSON.stringify(published),
      'vocab.txt': tinyVocabulary.join('\n'),
    };
    server = await startFileServer(
      Object.fromEntries(
        Object.entries(repository).map(([path, content]) => [`me/model/resolve/main/${path}`, content]),
      ),
    );
    process.env['HF_ENDPOINT'] = server.url;

    const { model } = await openModel('me/model', { cacheFolder: `${folder}/${name}` });
    expect(model.initialised).toEqual([]);
    expect(model.config['model_type']).toBe(modelType);
    const logits = await model.run([{ ids: [2, 5, 17, 3] }], { point: { lengths: [0.75, 0.5, 0.5] } });
    expect(logits).toHaveLength(saved.logits.length);
    logits.forEach((value, i) => expect(Math.abs(value - (saved.logits[i] ?? Number.NaN))).toBeLessThan(1e-6));
    model.dispose();
  },
);
