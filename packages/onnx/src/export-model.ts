import type { EncoderInput } from '@length-adaptive/core/encoder';
import type { LengthConfig } from '@length-adaptive/core/lengths';
import type { TaskModel, TextModel } from '@length-adaptive/models/engine';
import {
  formatLengthAdaptiveFile,
  lengthAdaptiveFileName,
  withReducer,
  writeFile,
} from '@length-adaptive/models/files';
import { modernTokenizerFiles } from '@length-adaptive/models/tokenizer';
import type { Precision } from './encoder/precision.js';
import { OnnxError } from './errors.js';
import { exportGraph, hostModel } from './export-graph.js';
import { modelFileName } from './file-names.js';
import type { CreateOnnxModelOptions } from './onnx-model.js';
import { createOnnxModel } from './onnx-model.js';
import type { SessionOptions } from './runtime.js';
import { sampleQuestions, sampleTexts } from './sample-texts.js';
import type { Verification } from './verify.js';
import { verify } from './verify.js';

/** A file that was written. */
export interface ExportedFile {
  readonly path: string;
  readonly precision: Precision;
  readonly bytes: number;
  /** Absent when it was not asked for. */
  readonly verification?: Verification;
}

export interface ExportModelOptions extends SessionOptions {
  /** Files to write. Default fp32 and int8. */
  readonly precisions?: readonly Precision[];
  /** Build this configuration in, instead of taking it as an input whose default is the full length. */
  readonly lengthConfig?: LengthConfig | undefined;
  /** Run every file on ONNX Runtime beside TensorFlow.js before it is kept. Default true. */
  readonly verify?: boolean;
  /** Inputs to verify with. Default: a few sentences; a few questions with contexts where the model ranks tokens by them. */
  readonly inputs?: readonly EncoderInput[] | undefined;
  readonly tolerance?: number | undefined;
  /** Called when a file was verified and written. */
  readonly onFile?: (file: ExportedFile) => void;
}

/**
 * Writes a model as a folder that ONNX tools open, transformers.js among them: `onnx/model.onnx` (and
 * `onnx/model_quantized.onnx`, `onnx/model_fp16.onnx`), `config.json`, the tokenizer and `length_adaptive.json`.
 *
 * A file is written after it was verified, so nothing wrong is left behind.
 *
 * @throws OnnxError `VERIFICATION_FAILED`, `PEER_MISSING` (verification needs a runtime); ModelError `NOT_WRITABLE`
 */
export const exportModel = async (
  folder: string,
  { model, tokenizer, tokenizerFiles, lengthAdaptive }: TextModel,
  {
    precisions = ['fp32', 'int8'],
    lengthConfig,
    verify: verified = true,
    inputs,
    tolerance,
    onFile,
    ...session
  }: ExportModelOptions = {},
): Promise<ExportedFile[]> => {
  const host = await hostModel(model);
  const samples: readonly (readonly [string, string?])[] = model.reducer
    ? sampleQuestions
    : sampleTexts.map((text) => [text]);
  const given =
    inputs ?? samples.map(([text, pair]) => tokenizer.encode(text, pair, { maxLength: model.dimensions.positions }));
  const exported: ExportedFile[] = [];
  for (const precision of precisions) {
    const path = modelFileName(precision);
    const bytes = exportGraph(host, { precision, lengthConfig });
    const traced = (): Uint8Array => exportGraph(host, { precision, lengthConfig, trace: true });
    const verification = verified
      ? await verifyFile(model, bytes, given, {
          ...session,
          precision,
          tolerance,
          lengthConfig,
          traced,
          reducer: model.reducer,
        })
      : undefined;
    if (verification?.passed === false) throw failed(path, verification);
    await writeFile(`${folder}/${path}`, bytes);
    const file: ExportedFile = { path, precision, bytes: bytes.length, ...(verification && { verification }) };
    exported.push(file);
    onFile?.(file);
  }
  for (const [name, content] of Object.entries(modernTokenizerFiles(tokenizerFiles)))
    await writeFile(`${folder}/${name}`, content);
  const ours = withReducer(lengthAdaptive, model.reducer);
  if (ours) await writeFile(`${folder}/${lengthAdaptiveFileName}`, formatLengthAdaptiveFile(ours));
  await writeFile(`${folder}/config.json`, `${JSON.stringify(model.config, null, 2)}\n`);
  return exported;
};

interface VerifyFileOptions extends CreateOnnxModelOptions {
  readonly precision: Precision;
  readonly tolerance: number | undefined;
  readonly lengthConfig: LengthConfig | undefined;
}

const verifyFile = async (
  model: TaskModel,
  bytes: Uint8Array,
  inputs: readonly EncoderInput[],
  { precision, tolerance, lengthConfig, ...session }: VerifyFileOptions,
): Promise<Verification> => {
  const engine = await createOnnxModel(bytes, model.config, session);
  try {
    return await verify(engine, model, inputs, {
      precision,
      tolerance,
      ...(lengthConfig && { configs: [lengthConfig] }),
    });
  } finally {
    await engine.release();
  }
};

const failed = (path: string, { configs, difference, tolerance, inputs }: Verification): OnnxError => {
  const kept = configs.filter(({ samePositions = inputs }) => samePositions < inputs);
  const positions =
    kept.length > 0 ? ` ${kept.length} of ${configs.length} configurations keep other tokens than the reference.` : '';
  return new OnnxError(
    'VERIFICATION_FAILED',
    `${path} differs from the reference by ${difference.toPrecision(3)}; at most ${tolerance} is allowed.${positions} The file was not written; allow more with --tolerance, or choose another precision.`,
  );
};
