import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { RuntimeSession } from '@length-adaptive/onnx';
import { findRuntime, tokenArrays } from '@length-adaptive/onnx';
import { CliError, messageOf } from '../context/errors.js';
import type { BenchEngine } from './bench-engine.js';

const isFed = (name: string): name is 'input_ids' | 'attention_mask' | 'token_type_ids' =>
  ['input_ids', 'attention_mask', 'token_type_ids'].includes(name);

/**
 * Opens somebody else's ONNX export on ONNX Runtime, to run it as it is.
 *
 * @throws CliError `INPUT_NOT_FOUND`, `INPUT_INVALID` when ONNX Runtime does not open it or it asks for other inputs; OnnxError `PEER_MISSING`
 */
export const openOnnxFile = async (path: string, threads: number | undefined): Promise<BenchEngine> => {
  await access(path).catch((cause: unknown) => {
    throw new CliError('INPUT_NOT_FOUND', `--onnx ${path} cannot be read: ${messageOf(cause)}.`, { cause });
  });
  const ort = await findRuntime();
  const options = {
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
    ...(threads !== undefined && { intraOpNumThreads: threads, interOpNumThreads: 1 }),
  };
  let session: RuntimeSession;
  try {
    session = await ort.InferenceSession.create(resolve(path) as never, options as never); // by path: weights may stand in a file beside it
  } catch (error) {
    throw new CliError('INPUT_INVALID', `--onnx ${path} is not opened by ONNX Runtime: ${messageOf(error)}`, {
      cause: error,
    });
  }
  const names = session.inputNames.filter(isFed);
  const other = session.inputNames.find((name) => !isFed(name));
  if (other !== undefined) {
    await session.release();
    throw new CliError(
      'INPUT_INVALID',
      `--onnx ${path} has an input "${other}"; expected an encoder with input_ids, attention_mask and token_type_ids only.`,
    );
  }
  return {
    engine: 'onnx file',
    precision: 'as exported',
    adaptive: false,
    run: (inputs) => {
      const { dims, arrays } = tokenArrays(inputs);
      return session.run(
        Object.fromEntries(names.map((name) => [name, new ort.Tensor('int64' as never, arrays[name] as never, dims)])),
      );
    },
    dispose: () => session.release(),
  };
};
