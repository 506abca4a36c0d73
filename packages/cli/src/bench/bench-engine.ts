import type { EncoderInput, OperatingPoint } from '@length-adaptive/core';
import type { RunnableTextModel } from '@length-adaptive/models';
import { openTrainedModel } from '@length-adaptive/models';
import type { OpeningSettings } from '../engine/opening.js';
import { openOnnx } from '@length-adaptive/onnx';
import type { Precision } from '@length-adaptive/onnx';

/** Something that runs batches, ours or another. */
export interface BenchEngine {
  readonly engine: string;
  readonly precision: string;
  /** Whether it runs operating points; others run the full length, whatever they are given. */
  readonly adaptive: boolean;
  run(inputs: readonly EncoderInput[], point: OperatingPoint): Promise<unknown>;
  dispose(): Promise<void>;
}

/** One of our engines, with the model that it runs. */
export interface OwnEngine extends BenchEngine {
  readonly opened: RunnableTextModel;
}

/** How a model is opened on an engine of ours. */
interface EngineOptions {
  readonly threads: number | undefined;
  readonly opening: OpeningSettings;
}

/** Opens a model on ONNX Runtime. */
export const openOnnxEngine = async (
  source: string,
  precision: Precision,
  { threads, opening }: EngineOptions,
): Promise<OwnEngine> => {
  const opened = await openOnnx(source, { precision, ...opening, ...(threads !== undefined && { threads }) });
  const { model } = opened;
  return {
    engine: 'onnx',
    precision,
    adaptive: true,
    opened,
    run: (inputs, point) => model.run(inputs, { point }),
    dispose: () => model.release(),
  };
};

/** Opens a model on TensorFlow.js, which computes in single precision. */
export const openTfjsEngine = async (source: string, opening: OpeningSettings): Promise<OwnEngine> => {
  const opened = await openTrainedModel(source, opening);
  const { model } = opened;
  return {
    engine: 'tfjs',
    precision: 'fp32',
    adaptive: true,
    opened,
    run: (inputs, point) => model.run(inputs, { point }),
    dispose: async () => model.dispose(),
  };
};
