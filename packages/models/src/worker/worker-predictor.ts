/** A predictor whose model is in a worker: the page's side. */
import type { StartedBackend } from '@length-adaptive/core/backend';
import { pointCost } from '@length-adaptive/core/lengths';
import { costOptionsOf } from '../model/head-cost.js';
import type { EmbedOptions } from '../predictor/embedding.js';
import { eachOrOne } from '../predictor/each-or-one.js';
import { embedTexts } from '../predictor/embed-texts.js';
import type { VectorMaker } from '../predictor/embed-texts.js';
import type { Predictor } from '../predictor/predictor.js';
import type { PredictOptions } from '../predictor/prediction.js';
import type { PredictorInput } from '../tasks/task.js';
import { openInWorker, sent } from './line.js';
import type { OpenInWorkerOptions, WorkerLine } from './line.js';
import type { WorkerModel } from './messages.js';
import { toSent } from './sent-input.js';

/** A predictor whose model is in a worker. */
export interface WorkerPredictor extends Predictor {
  /** What TensorFlow.js computes with in the worker, and why; undefined where the worker opens models on another engine. */
  readonly backend: StartedBackend | undefined;
  /** Frees the model, and ends the worker but for `keepWorker`. Calls under way are refused with `DISPOSED`, as are those that come later. May be called again. */
  dispose(): void;
}

/**
 * Opens a model in a worker, and gives the predictor of it: the interface that `load` gives, while the page stays free to scroll and type.
 *
 * @param worker a worker whose script calls `servePredictor`
 * @param source a web address (one that begins with `/` or `.` is taken from the page's), or a Hub repository
 * @throws ModelError `WORKER_FAILED` when the worker's script does not run, `ABORTED`, and what `load` throws
 * @example
 * const worker = new Worker(new URL('./model.worker.ts', import.meta.url), { type: 'module' });
 * const predictor = await createWorkerPredictor(worker, '/models/reviews', { onProgress: ({ share = 0 }) => console.log(share) });
 * const [answer] = await predictor.predict(['Great for the jawbone.'], { budget: { cost: 0.5 } });
 */
export const createWorkerPredictor = async (
  worker: WorkerLine,
  source: string,
  options: OpenInWorkerOptions = {},
): Promise<WorkerPredictor> => {
  const how = { call: 'open', what: 'predictor' } as const;
  const { facts, ask, dispose } = await openInWorker<WorkerModel>(worker, source, how, options);
  const costOptions = costOptionsOf(facts.dimensions, facts.head);
  const predict = (texts: readonly PredictorInput[], given: PredictOptions = {}): Promise<readonly unknown[]> =>
    ask((model) => ({ call: 'predict', model, texts: texts.map(toSent), options: sent(given) }), given);
  return {
    ...facts,
    predict: eachOrOne(predict) as Predictor['predict'],
    embed: eachOrOne((texts: readonly string[], given?: EmbedOptions) =>
      embedTexts(
        {
          task: facts.task,
          embedding: facts.embedding,
          width: facts.dimensions.hiddenSize,
          predict: (some, how) => predict(some, how) as ReturnType<VectorMaker['predict']>,
        },
        texts,
        given,
      ),
    ) as Predictor['embed'],
    identity: (given = {}) => ask((model) => ({ call: 'identity', model, options: given })),
    countTokens: (text, given = {}) =>
      ask((model) => ({ call: 'countTokens', model, text: toSent(text), options: sent(given) }), given),
    inspect: (text, given = {}) =>
      ask((model) => ({ call: 'inspect', model, text: toSent(text), options: sent(given) }), given),
    macs: (tokens, point = {}) => pointCost(facts.dimensions, point, tokens, costOptions),
    dispose,
  };
};
