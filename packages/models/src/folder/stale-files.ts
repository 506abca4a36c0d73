/** What an earlier model has left in a folder that another is written over, where whoever opens it would take it for that one's. */
import { nodeModule } from '../sources/node.js';
import type { StaleFile } from '../sources/write-folder.js';
import { isThere } from '../sources/write-folder.js';
import { tokenizerFileNames } from '../tokenizer/tokenizer-files.js';
import { adapterConfigName } from './adapter-config.js';
import { lengthAdaptiveFileName } from './length-adaptive-file.js';
import { lowRankFileName } from './low-rank.js';
import { predictorFileName } from './predictor.js';
import { sentenceTransformersMark, sentenceTransformersNames } from './sentence-transformers.js';

const contentOf = (folder: string, path: string): Promise<Buffer | undefined> => {
  const { readFile } = nodeModule('node:fs/promises');
  const { join } = nodeModule('node:path');
  return readFile(join(folder, path)).catch(() => undefined);
};

const isIn = (folder: string, path: string): Promise<boolean> => isThere(nodeModule('node:path').join(folder, path));

/** Those of some files that a folder has and what is written over it lacks. */
const unwritten = async (folder: string, written: string, paths: readonly string[]): Promise<readonly string[]> => {
  const found = await Promise.all(
    paths.map(async (path) => (await isIn(folder, path)) && !(await isIn(written, path))),
  );
  return paths.filter((_, i) => found[i]);
};

/** Files of ONNX in a folder, and those that hold their weights: whoever runs them would run the weights of before. */
const isGraph = /\.onnx(_data(_\d+)?|\.data)?$/;

/** Those beside config.json that are called as exporters call them: others there may be of anything. */
const isModelGraph = /^model(_[a-z\d]+)?\.onnx/;

/** Files of ONNX in a folder of a model, beside config.json or in `onnx/`. */
const graphsIn = async (folder: string): Promise<readonly string[]> => {
  const { readdir } = nodeModule('node:fs/promises');
  const { join } = nodeModule('node:path');
  const graphs = async (name: string): Promise<string[]> =>
    (await readdir(join(folder, name)).catch(() => [])).filter((file) => isGraph.test(file));
  return [
    ...(await graphs('onnx')).map((file) => join('onnx', file)),
    ...(await graphs('')).filter((file) => isModelGraph.test(file)),
  ];
};

/** What a graph is made of. */
const weightsNames = ['model.safetensors', lowRankFileName, predictorFileName];

/** Whether a folder has the weights that are written: files of ONNX beside them hold these, too. */
const hasWeights = async (folder: string, written: string): Promise<boolean> => {
  for (const name of weightsNames) {
    const [own, there] = [await contentOf(written, name), await contentOf(folder, name)];
    if (own === undefined ? (await isIn(folder, name)) || (await isIn(written, name)) : !there?.equals(own))
      return false;
  }
  return true;
};

const staleGraphs = async (folder: string, written: string): Promise<readonly string[]> => {
  const graphs = await unwritten(folder, written, await graphsIn(folder));
  return graphs.length > 0 && (await hasWeights(folder, written)) ? [] : graphs;
};

/** Whether a folder has the tokenizer that is written: then what else is there of one goes with it. */
const hasTokenizer = async (folder: string, written: string): Promise<boolean> => {
  const contents = await Promise.all(
    tokenizerFileNames.map((name) => Promise.all([contentOf(written, name), contentOf(folder, name)])),
  );
  const pairs = contents.filter(([own]) => own !== undefined);
  return pairs.length > 0 && pairs.every(([own, there]) => there && own?.equals(there));
};

/** Of a folder that files are written over, the records of an earlier model: what was searched, and how sentence-transformers opens it. */
export const staleRecords = async (folder: string, written: string): Promise<readonly StaleFile[]> => {
  const isOfVectors = await isIn(folder, sentenceTransformersMark); // files of these names beside no list of modules are not read
  const paths = [lengthAdaptiveFileName, ...(isOfVectors ? sentenceTransformersNames : [])];
  return (await unwritten(folder, written, paths)).map((path) => ({ path }));
};

/**
 * The same of a folder that a whole model is written over, its weights among them: also what belongs to the weights of before, and their tokenizer
 * where it is another, and files of ONNX where the weights are others. An adapter would be merged into the new weights; its configuration is laid aside, as it may be all there is of it.
 */
export const staleModelFiles = async (folder: string, written: string): Promise<readonly StaleFile[]> => {
  const [records, others, graphs, adapters] = await Promise.all([
    staleRecords(folder, written),
    hasTokenizer(folder, written).then((same) =>
      unwritten(folder, written, [lowRankFileName, predictorFileName, ...(same ? [] : tokenizerFileNames)]),
    ),
    staleGraphs(folder, written),
    unwritten(folder, written, [adapterConfigName]),
  ]);
  return [
    ...adapters.map((path) => ({ path, aside: `${path}.old` })),
    ...records,
    ...[...others, ...graphs].map((path) => ({ path })),
  ];
};
