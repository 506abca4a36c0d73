import type { DistillOptions, FileSource, FineTuneEngine, TaskModel } from '@length-adaptive/models';
import { openTrainedModel } from '@length-adaptive/models';
import { startBackend } from './backend.js';
import type { Context } from '../context/command.js';
import { CliError } from '../context/errors.js';
import type { EngineSettings, OpenedModel } from './opened-model.js';
import { openingOf } from './opening.js';
import { describeEngine } from './used-engine.js';
import type { UsedEngine } from './used-engine.js';

/** Loaded only when it may run something. */
const onnxEngine = () => import('./onnx-engine.js');

/** @throws CliError `USAGE` when they contradict each other */
export const checkEngineSettings = ({ engine, precision, backend }: EngineSettings): void => {
  if (engine === 'onnx' && backend !== undefined)
    throw new CliError('USAGE', `--backend ${backend} is for --engine tfjs; leave it out with --engine onnx.`);
  if (precision === 'fp32' || (engine !== 'tfjs' && backend === undefined)) return;
  const asked = engine === 'tfjs' ? '--engine tfjs' : `--backend ${backend}, which is of tfjs,`;
  throw new CliError('USAGE', `--precision ${precision} is for --engine onnx; ${asked} computes in fp32 only.`);
};

const engineFor = async ({ engine, precision, backend }: EngineSettings): Promise<UsedEngine['engine']> => {
  if (engine !== 'auto') return engine;
  if (backend !== undefined) return 'tfjs';
  if (precision !== 'fp32') return 'onnx';
  return (await onnxEngine()).openOnBestEngine<UsedEngine['engine']>({ onnx: () => 'onnx', tfjs: () => 'tfjs' });
};

const openOn = {
  onnx: async (source: string | FileSource, settings: EngineSettings): Promise<OpenedModel> =>
    (await onnxEngine()).openOnOnnx(source, settings),
  tfjs: async (
    source: string | FileSource,
    { backend = 'wasm', threads, reducer, prior, departed, ...settings }: EngineSettings,
  ): Promise<OpenedModel> => {
    await startBackend({ backend, threads });
    return {
      ...(await openTrainedModel(source, { reducer, prior, departed, ...openingOf(settings) })),
      used: { engine: 'tfjs', precision: 'fp32', backend },
    };
  },
};

/**
 * Opens a model to run it, on the engine that the settings name; where they leave the choice, a note says what it was.
 *
 * @throws CliError `USAGE`; OnnxError `PEER_MISSING` and others; ModelError
 */
export const openRunnable = async (
  source: string | FileSource,
  settings: EngineSettings,
  { note }: Pick<Context, 'note'>,
): Promise<OpenedModel> => {
  checkEngineSettings(settings);
  const engine = await engineFor(settings);
  const opened = await openOn[engine](source, settings);
  for (const line of opened.notes ?? []) note(line);
  const faster = engine === 'onnx' ? '' : '; onnxruntime-node, once it is installed, is several times faster';
  if (settings.engine === 'auto' && settings.backend === undefined)
    note(`Running on ${describeEngine(opened.used)}${faster}.`);
  return opened;
};

/** What trains a model. */
export interface TrainingRun {
  readonly used: UsedEngine;
  /** The engine of `fineTune`; absent for TensorFlow.js, which is its own. */
  open(model: TaskModel): Promise<(FineTuneEngine & { readonly release: () => Promise<void> }) | undefined>;
  /** The engine of `distill`; absent for TensorFlow.js. */
  readonly distillation?: DistillOptions['engine'];
}

/**
 * Starts what trains: ONNX Runtime or TensorFlow.js, as the settings say.
 *
 * @throws CliError `USAGE`, `BACKEND_UNAVAILABLE`; OnnxError `PEER_MISSING`
 */
export const startTraining = async (given: Omit<EngineSettings, 'precision'>): Promise<TrainingRun> => {
  const settings: EngineSettings = { ...given, precision: 'fp32' };
  checkEngineSettings(settings);
  const engine = await engineFor(settings);
  const { backend = engine === 'onnx' ? 'cpu' : 'wasm', threads } = settings;
  await startBackend({ backend, threads }); // with onnx it holds the weights, and computes nothing
  if (engine === 'tfjs')
    return { used: { engine, precision: 'fp32', backend }, open: () => Promise.resolve(undefined) };
  const { onnxDistillationEngine, onnxTrainingEngine } = await onnxEngine();
  return {
    used: { engine, precision: 'fp32' },
    open: (model) => onnxTrainingEngine(model, { threads }),
    distillation: (plan) => onnxDistillationEngine(plan, { threads }),
  };
};
