import type { EncoderInput, HeadCost, LengthConfig } from '@length-adaptive/core';
import { classificationHeadCost, cost, fullLength, keptTokens, validateLengthConfig } from '@length-adaptive/core';
import type { Dimensions, ModelConfig, RunnableModel, SequenceTask } from '@length-adaptive/models';
import { architectureOf, taskOf } from '@length-adaptive/models';
import { OnnxError, messageOf } from './errors.js';
import { readOnnxFile } from './read-file.js';
import type { RuntimeSession, SessionOptions } from './runtime.js';
import { openSession } from './runtime.js';
import { tokenFeeds } from './token-batch.js';

/** A model on ONNX Runtime. */
export interface OnnxModel extends RunnableModel {
  readonly engine: 'onnxruntime';
  /**
   * Logits of one batch whose rows have configurations of their own.
   *
   * @throws CoreError `LENGTH_CONFIG_INVALID`, OnnxError `OPTION_INVALID` for another one than the file has built in
   */
  runRows(inputs: readonly EncoderInput[], configs: readonly LengthConfig[]): Promise<Float32Array>;
  /** Ends the sessions once what they run is done. */
  release(): Promise<void>;
}

export interface CreateOnnxModelOptions extends SessionOptions {
  /** The same model with outputs `kept_positions.LAYER`, made when positions are asked for. Default: positions are not known. */
  readonly traced?: (() => Uint8Array | Promise<Uint8Array>) | undefined;
}

/** Enough tokens to keep the cores busy; more would push the attention scores of long texts out of the cache. */
export const batchTokens = 640;

/**
 * Opens an exported model of sequences.
 *
 * @param bytes an ONNX file written by `exportGraph`
 * @param config the model's config.json
 * @throws OnnxError `PEER_MISSING`, `FILE_INVALID`, `OPSET_UNSUPPORTED`, `HEAD_UNSUPPORTED` for a file without `logits`
 */
export const createOnnxModel = async (bytes: Uint8Array, config: ModelConfig, { traced, ...options }: CreateOnnxModelOptions = {}): Promise<OnnxModel> => {
  const dimensions: Dimensions = architectureOf(config).dimensions(config);
  const task: SequenceTask = taskOf(config);
  const { layers } = dimensions;
  const file = readOnnxFile(bytes);
  const { builtIn } = file;
  const { ort, session } = await openSession(file.bytes, options);
  if (!session.outputNames.includes('logits')) {
    await session.release();
    throw new OnnxError('HEAD_UNSUPPORTED', `The file gives ${session.outputNames.join(', ')}, expected "logits": this engine answers with heads on whole sequences.`);
  }
  const headMacs: HeadCost = classificationHeadCost(dimensions.hiddenSize, task.outputs);
  let tracedSession: Promise<RuntimeSession> | undefined;

  const runSession = async (on: RuntimeSession, inputs: readonly EncoderInput[], configs: readonly LengthConfig[]) => {
    try {
      return await on.run(tokenFeeds(ort, inputs, { configs, layers, inputNames: on.inputNames }));
    } catch (error) {
      throw new OnnxError('RUN_FAILED', `ONNX Runtime could not run the model: ${messageOf(error)}`, { cause: error });
    }
  };
  const check = (given: LengthConfig): LengthConfig => {
    validateLengthConfig(given, layers);
    if (builtIn === undefined || given.every((ratio, layer) => ratio === builtIn[layer])) return given;
    throw new OnnxError('OPTION_INVALID', `The file has the length configuration ${builtIn.join(' ')} built in and runs no other; export it without one to choose.`);
  };
  const runRows: OnnxModel['runRows'] = async (inputs, configs) => {
    for (const given of new Set(configs)) check(given);
    const { logits } = await runSession(session, inputs, configs);
    return logits?.data as Float32Array;
  };
  const full = fullLength(layers);

  return {
    engine: 'onnxruntime',
    builtIn,
    dimensions,
    task,
    batchTokens,
    headMacs,
    runRows,
    run: (inputs, { config: lengthConfig = builtIn ?? full } = {}) => runRows(inputs, inputs.map(() => lengthConfig)),
    keptPositions: async (input, lengthConfig) => {
      if (!traced) {
        throw new OnnxError('OPTION_INVALID', 'This file does not tell which tokens it keeps: open the model directory with its weights instead of an exported file.');
      }
      tracedSession ??= openSession(readOnnxFile(await traced()).bytes, options).then((opened) => opened.session);
      const outputs = await runSession(await tracedSession, [input], [check(lengthConfig)]);
      return keptTokens(lengthConfig, input.ids.length).map((count, layer) => {
        const positions = outputs[`kept_positions.${layer}`]?.data as BigInt64Array | undefined;
        if (!positions) return Array.from({ length: count }, (_, position) => position); // built for the full length
        return Array.from(positions.subarray(0, count), Number).sort((a, b) => a - b);
      });
    },
    macs: (length, lengthConfig = full) => cost(dimensions, lengthConfig, length, { head: headMacs }),
    release: async () => {
      await session.release();
      await (await tracedSession)?.release();
    },
    dispose: () => {
      void session.release();
      void tracedSession?.then((opened) => opened.release());
    },
  };
};
