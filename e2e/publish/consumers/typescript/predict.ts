import { cost, encode, fromAbsoluteLengths } from '@length-adaptive/core';
import type { EncoderWeights, LengthConfig } from '@length-adaptive/core';
import { startBackend } from '@length-adaptive/core/backend';
import { load } from '@length-adaptive/models';
import type { Predictor } from '@length-adaptive/models';
import { createWorkerPredictor } from '@length-adaptive/models/worker';
import { loadOnnx } from '@length-adaptive/onnx';

const config: LengthConfig = fromAbsoluteLengths([6, 4, 2], 8);
export const share: number = cost({ layers: 3, hiddenSize: 16, intermediateSize: 32 }, config, 8);

export const lengths = (weights: EncoderWeights): number[] =>
  encode(weights, [{ ids: [1, 5, 9] }], { config }).hidden.shape;

export const ask = async (folder: string): Promise<string | undefined> => {
  const { reason } = await startBackend();
  const predictors: Predictor[] = [await load(folder), await loadOnnx(folder, { precision: 'int8' })];
  const [answer] = (await predictors[0]?.predict(['Great for the jawbone.'], { budget: { cost: 0.5 } })) ?? [];
  return answer && `${answer.label} ${answer.score} ${reason}`;
};
export { createWorkerPredictor };
