import type { WorkerPredictor } from '@length-adaptive/models/worker';
import { messageOf } from './message-of.js';
import { gainOf, takeTurns } from './take-turns.js';

/** What a model of this site runs on: ONNX Runtime Web with weights of 8 bits, or TensorFlow.js. */
export type Engine = 'onnx' | 'tfjs';

/** How an earlier race between them ended here. */
export interface RaceEnd {
  readonly engine: Engine;
  /** Times as fast as the other one. */
  readonly gain: number;
}

/** Where the end of a race is kept. */
export interface RaceMemory {
  recall(): RaceEnd | undefined;
  remember(end: RaceEnd): void;
}

/** What is opened: a model with something to ask it. */
export type Opened = Pick<WorkerPredictor, 'backend' | 'dispose'>;

export interface FastestOptions<Model extends Opened> {
  readonly open: Readonly<Record<Engine, () => Promise<Model>>>;
  /** What both run in turn, for which they are compared. */
  readonly run: (model: Model) => Promise<unknown>;
  readonly memory: RaceMemory;
  /** Whether a large download is unwelcome: then it is TensorFlow.js. */
  readonly savesData?: boolean;
  /** Told once the first engine is open and the other one is to be. */
  readonly onRace?: () => void;
  readonly signal?: AbortSignal;
}

/** A model, and what it runs on in words. */
export interface Fastest<Model> {
  readonly model: Model;
  readonly runsOn: string;
}

const rounds = 5;

const onnxName = 'ONNX Runtime Web with 8-bit integers';
const times = (gain: number): string => `${gain.toFixed(1)} times as fast here as`;

const onOnnx = <Model>(model: Model, gain: number): Fastest<Model> => ({
  model,
  runsOn: `${onnxName}: ${times(gain)} TensorFlow.js`,
});

const onTensorFlow = <Model extends Opened>(model: Model, why: string): Fastest<Model> => {
  const { backend, reason } = model.backend ?? {};
  return { model, runsOn: `${backend}: ${reason}; ${why}` };
};

const beaten = (gain: number): string => `${times(gain)} ${onnxName}`;

/**
 * Opens a model on the engine that is faster on this machine: both run the same in turn at the first visit, and the slower one is closed. Later visits open the
 * one that won, and TensorFlow.js where ONNX Runtime Web does not open.
 */
export const openFastest = async <Model extends Opened>({
  open,
  run,
  memory,
  savesData = false,
  onRace,
  signal,
}: FastestOptions<Model>): Promise<Fastest<Model>> => {
  const known = memory.recall();
  if (savesData) return onTensorFlow(await open.tfjs(), `${onnxName} was left out, for this browser saves data`);
  if (known?.engine === 'tfjs') return onTensorFlow(await open.tfjs(), beaten(known.gain));
  if (known) {
    try {
      return onOnnx(await open.onnx(), known.gain);
    } catch (error) {
      signal?.throwIfAborted();
      return onTensorFlow(await open.tfjs(), `${onnxName} did not open (${messageOf(error)})`);
    }
  }
  const tfjs = await open.tfjs();
  onRace?.();
  let onnx: Model | undefined;
  try {
    onnx = await open.onnx();
    const entrants = [onnx, tfjs] as const;
    const [own, other] = await takeTurns(
      entrants.map((model) => () => run(model)),
      { rounds, ...(signal && { signal }) },
    );
    const gain = own && other ? gainOf(own, other).median : NaN;
    const wins = gain > 1;
    memory.remember(wins ? { engine: 'onnx', gain } : { engine: 'tfjs', gain: 1 / gain });
    (wins ? tfjs : onnx).dispose();
    return wins ? onOnnx(onnx, gain) : onTensorFlow(tfjs, beaten(1 / gain));
  } catch (error) {
    onnx?.dispose();
    if (signal?.aborted) tfjs.dispose();
    signal?.throwIfAborted();
    return onTensorFlow(tfjs, `${onnxName} did not open (${messageOf(error)})`);
  }
};
