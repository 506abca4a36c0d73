import type { EncoderInput, LengthConfig } from '@length-adaptive/core';
import { encode } from '@length-adaptive/core';
import type { TaskModel } from '@length-adaptive/models';
import { exportGraph, hostModel } from '../export-graph.js';
import { readOnnxFile } from '../read-file.js';
import { openSession } from '../runtime.js';
import { tokenFeeds } from '../token-batch.js';

/** An encoder without its head on ONNX Runtime. */
export interface BareEncoder {
  /** Hidden states of a batch, [B * T * hidden]. */
  hidden(inputs: readonly EncoderInput[], configs: readonly LengthConfig[]): Promise<Float32Array>;
  release(): Promise<void>;
}

export const openBareEncoder = async (model: TaskModel): Promise<BareEncoder> => {
  const { layers, halving = [] } = model.dimensions;
  const bytes = exportGraph(await hostModel(model, { withHead: false }));
  const { ort, session } = await openSession(readOnnxFile(bytes).bytes);
  return {
    hidden: async (inputs, configs) => {
      const outputs = await session.run(
        tokenFeeds(ort, inputs, {
          configs,
          layers,
          halving,
          inputNames: session.inputNames,
          image: model.dimensions.image,
        }),
      );
      return outputs['last_hidden_state']?.data as Float32Array;
    },
    release: () => session.release(),
  };
};

/** The same on TensorFlow.js. */
export const referenceHidden = async (
  model: TaskModel,
  inputs: readonly EncoderInput[],
  config?: LengthConfig,
): Promise<Float32Array> => {
  const { hidden } = encode(model.encoder, inputs, { config, reducer: model.reducer });
  const values = (await hidden.data()) as Float32Array;
  hidden.dispose();
  return values;
};
