import type { EncoderFactors, WeightTree } from '@length-adaptive/core/encoder';
import { factorsOf } from '@length-adaptive/core/encoder';
import type { DeferredWeight } from '../architectures/deferred-weights.js';
import { deferredWeights } from '../architectures/deferred-weights.js';
import { architectureOf } from '../architectures/registry.js';
import { chooseRanking, withRanking } from '../folder/ranking.js';
import { taskOf } from '../tasks/task-config.js';
import type { LengthAdaptiveFile } from '../folder/length-adaptive-file.js';
import { checkPredictor } from '../folder/predictor.js';
import { openModelDirectory } from '../folder/model-directory.js';
import type { FileSource } from '../sources/file-source.js';
import type { Tokenizer } from '../tokenizer/tokenizer.js';
import type { TokenizerFiles } from '../tokenizer/tokenizer-files.js';
import { checkTrained } from './check-trained.js';
import type { ModelDescription, ModelWeightTrees } from './describe-model.js';
import { describeModel } from './describe-model.js';
import { modelNotes } from './model-notes.js';
import type { OpenModelOptions } from './open-model.js';
import { openTokenizer } from './within-tables.js';

/** A model as an engine takes it: what it is, and weights that are read one by one. */
export interface DeferredModel
  extends Omit<ModelDescription, 'specs' | 'factorSpecs'>, WeightTree<ModelWeightTrees, DeferredWeight> {
  /** The factors of its matrices; none of a model without. */
  readonly factors: WeightTree<EncoderFactors, DeferredWeight>;
}

/** A trained model with all that its folder holds, for engines that take weights from host memory. To be closed. */
export interface DeferredTextModel {
  readonly model: DeferredModel;
  readonly tokenizer: Tokenizer;
  readonly tokenizerFiles: TokenizerFiles;
  readonly lengthAdaptive: LengthAdaptiveFile | undefined;
  /** What is odd about its files and does no harm, a sentence each. */
  readonly notes: readonly string[];
  /** Closes its file: no weight can be read afterwards. */
  close(): Promise<void>;
}

/**
 * Opens a model to answer with on any engine, as `openTrainedModel` does on TensorFlow.js, which this does not need. Weights in a
 * safetensors file of a folder stay there until they are read; others are in memory as they are in their file.
 *
 * @param source a folder, `npm:package`, web address, Hub repository, or a `FileSource`
 * @throws ModelError as `openTrainedModel` does
 */
export const openDeferredModel = async (
  source: string | FileSource,
  { reducer, prior, departed, ...options }: Omit<OpenModelOptions, 'task' | 'seed'> = {},
): Promise<DeferredTextModel> => {
  const directory = await openModelDirectory(source, options);
  const {
    config,
    tensors,
    factors: stored = new Map<never, never>(),
    predictor = new Map<never, never>(),
    unread = new Map<never, never>(),
    tokenizerFiles,
    lengthAdaptive,
    weightsOf,
    close,
  } = directory;
  try {
    const { tokenizer, notes } = await openTokenizer(tokenizerFiles, architectureOf(config).dimensions(config));
    const ranking = chooseRanking({ reducer, prior, departed }, lengthAdaptive, taskOf(config));
    checkPredictor(ranking.reducer, lengthAdaptive, directory.predictor);
    const { specs, factorSpecs, ...model } = describeModel(config, {
      ...ranking,
      lowRank: lengthAdaptive?.lowRank,
    });
    const { prefix } = model.architecture;
    const all = new Map([...tensors, ...predictor, ...(model.lowRank?.model === 'factors' ? stored : [])]);
    const { weights, missing } = deferredWeights<ModelWeightTrees>(specs, all, { prefix, unread });
    checkTrained(missing);
    const factors = factorSpecs
      ? deferredWeights<EncoderFactors>(factorSpecs, stored, { prefix }).weights
      : factorsOf<DeferredWeight>(weights.encoder);
    return {
      model: { ...model, ...weights, factors },
      tokenizer,
      tokenizerFiles,
      lengthAdaptive: withRanking(lengthAdaptive, model),
      notes: [...modelNotes(config, { unread, tensors, task: model.task, weightsOf }), ...notes],
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
};
