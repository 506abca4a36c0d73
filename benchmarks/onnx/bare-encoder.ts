/** Encoders without a head, with the weights of the independent export they are compared with. */
import type { EncoderInput, LengthConfig } from '@length-adaptive/core';
import type { Dimensions } from '@length-adaptive/models';
import { createTaskModel } from '@length-adaptive/models';
import type { HostModel, OnnxRuntime, Precision, RuntimeSession } from '@length-adaptive/onnx';
import {
  exportGraph,
  hostModel,
  openSession,
  readExportedWeights,
  readOnnxFile,
  tokenFeeds,
} from '@length-adaptive/onnx';
import type { Dtype, ModelName } from './peers.js';
import { readIndependent } from './peers.js';

/** A model of the independent export, its weights in host memory. */
export const readHostModel = async (name: ModelName): Promise<HostModel> => {
  const config = JSON.parse(new TextDecoder().decode(readIndependent(name, 'config.json'))) as Record<string, unknown>;
  const model = createTaskModel(config, readExportedWeights(readIndependent(name, 'onnx/model.onnx')));
  try {
    return await hostModel(model, { withHead: false });
  } finally {
    model.dispose();
  }
};

/** An encoder on ONNX Runtime, ours or theirs. */
export interface BareEncoder {
  readonly dimensions: Dimensions;
  /** A batch that is ready to run as often as one likes; gives the hidden states, [B, T, hidden]. */
  prepare(inputs: readonly EncoderInput[], config?: LengthConfig): () => Promise<Float32Array>;
  release(): Promise<void>;
}

const bareEncoder = (ort: OnnxRuntime, session: RuntimeSession, dimensions: Dimensions): BareEncoder => {
  const { layers, halving = [] } = dimensions;
  const full = new Array<number>(layers).fill(1);
  return {
    dimensions,
    prepare: (inputs, config = full) => {
      const feeds = tokenFeeds(ort, inputs, {
        configs: inputs.map(() => config),
        layers,
        halving,
        inputNames: session.inputNames,
      });
      return async () => (await session.run(feeds))['last_hidden_state']?.data as Float32Array;
    },
    release: () => session.release(),
  };
};

/** Our graph. */
export const openOurs = async (model: HostModel, precision: Precision, threads: number): Promise<BareEncoder> => {
  const { ort, session } = await openSession(readOnnxFile(exportGraph(model, { precision })).bytes, { threads });
  return bareEncoder(ort, session, model.dimensions);
};

/** A graph of somebody else's. */
export const openFile = async (bytes: Uint8Array, dimensions: Dimensions, threads: number): Promise<BareEncoder> => {
  const { ort, session } = await openSession(bytes, { threads });
  return bareEncoder(ort, session, dimensions);
};

/** The independent export, on the same ONNX Runtime. */
export const openTheirs = async (
  name: ModelName,
  dimensions: Dimensions,
  dtype: Dtype,
  threads: number,
): Promise<BareEncoder> => {
  const file = dtype === 'fp32' ? 'onnx/model.onnx' : 'onnx/model_quantized.onnx';
  return openFile(readIndependent(name, file, dtype), dimensions, threads);
};
