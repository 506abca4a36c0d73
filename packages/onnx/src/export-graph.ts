import type { EncoderFactors, EncoderWeights, ImageShape, Reducer, WeightTree } from '@length-adaptive/core/encoder';
import {
  atRanks,
  attentionReducer,
  findReducer,
  imageTokens,
  namedReducer,
  reducerKey,
} from '@length-adaptive/core/encoder';
import type { KeepOptions, OperatingPoint, Ranks } from '@length-adaptive/core/lengths';
import {
  isFullPoint,
  leavesLayersOut,
  lengthsOf,
  namedReducerOf,
  runningLayers,
  validateOperatingPoint,
} from '@length-adaptive/core/lengths';
import type {
  DeferredModel,
  Dimensions,
  HeadWeights,
  ModelPrior,
  PoolerActivation,
  Readout,
  TaskModel,
} from '@length-adaptive/models/engine';
import { departedAnswerOf, logitAxes, outputNamesOf, runHead, wantedStates } from '@length-adaptive/models/engine';
import { checkRanks } from '@length-adaptive/models/files';
import type { Task } from '@length-adaptive/models/predict';
import type { Tensor } from '@tensorflow/tfjs';
import type { EncoderGraphOptions } from './encoder/encoder-graph.js';
import { encoderGraph } from './encoder/encoder-graph.js';
import { headOnGraph } from './encoder/head-on-graph.js';
import type { EncoderInputs } from './encoder/graph-engine.js';
import type { GraphLengths } from './encoder/length-plan.js';
import { planLengths } from './encoder/length-plan.js';
import type { Precision } from './encoder/precision.js';
import { emitterOf } from './encoder/precision.js';
import type { HostWeight, WeightSource } from './encoder/weight-tree.js';
import { mapWeights, readWeights } from './encoder/weight-tree.js';
import { sliceWeights } from './encoder/slice-weights.js';
import { OnnxError } from './errors.js';
import type { GraphBuilder, ModelOptions, Value } from './graph/graph-builder.js';
import { createGraph } from './graph/graph-builder.js';
import { elementTypeNumber } from './graph/protos.js';
import { lengthOf as bytesOfAll } from './graph/model-bytes.js';
import type { OnnxContent } from './read-file.js';
import {
  defaultMinTokens,
  departedKey,
  floorKey,
  layersInput,
  layersKey,
  lengthConfigKey,
  lengthsInput,
  minTokensKey,
  pixelsInput,
  poolingKey,
  poolingOf,
  priorInput,
  priorLayersKey,
  ranksKey,
  reducerMetadata,
} from './read-file.js';

/** Version of the standard operators that exported files use. */
export const opset = 17;

/** A model's weights in host memory, with what its graph must know. */
export interface HostModel<Leaf = HostWeight> {
  /** With the ranks of a model that is made of factors. */
  readonly dimensions: Dimensions;
  readonly encoder: WeightTree<EncoderWeights, Leaf>;
  /** The factors of its matrices, for points with ranks. Default: none. */
  readonly factors?: WeightTree<EncoderFactors, Leaf> | undefined;
  /** The largest ranks that points may ask for. Default: none. */
  readonly largestRanks?: Ranks | undefined;
  /** Absent for a bare encoder, whose output is the hidden state of every token. */
  readonly head?: HostHead<Leaf> | undefined;
  /** What ranks tokens. Default: attention. */
  readonly reducer?: Reducer | undefined;
  /** What is added to that in the first layers. Default: nothing. */
  readonly prior?: Pick<ModelPrior, 'layers'> | undefined;
}

/** Head of a task. */
export interface HostHead<Leaf = HostWeight> {
  readonly weights: WeightTree<HeadWeights, Leaf>;
  readonly activation: PoolerActivation;
  readonly task: Pick<Task, 'readout' | 'outputNames'>;
}

export interface ExportGraphOptions extends KeepOptions {
  /** Default `fp32`. */
  readonly precision?: Precision;
  /** Build this operating point in, instead of taking its lengths as an input; a point with ranks alone builds in those, and takes lengths as an input. */
  readonly point?: OperatingPoint | undefined;
  /** Take the layers that run as an input too, `running_layers`, as points with `skip` need it. Not with a point whose lengths are built in. Default false. */
  readonly chooseLayers?: boolean | undefined;
  /** Leading tokens that always stay, whatever their scores. Default 1, [CLS]. */
  readonly protectedTokens?: number;
  /**
   * Also give the positions that every layer keeps, as outputs `kept_positions.LAYER`; with `scores` what ranked the tokens that entered, too, as
   * outputs `token_scores.LAYER`. Default false.
   */
  readonly trace?: boolean | 'scores';
}

/** What of a model is read, and how. */
export interface HostModelOptions {
  /** Default true. Without it the graph gives the hidden state of every token. */
  readonly withHead?: boolean;
  /** Default true: what becomes of the model later changes nothing. Without it weights that are in host memory are used where they are. */
  readonly copy?: boolean;
}

/** Copies the weights of a model to host memory. */
export const hostModel = async (
  {
    dimensions,
    encoder,
    head,
    task,
    parameters,
    factorParameters,
    factors,
    largestRanks,
    architecture,
    reducer,
    prior,
  }: TaskModel,
  { withHead = true, copy = true }: HostModelOptions = {},
): Promise<HostModel> => {
  const all = [...parameters, ...factorParameters];
  const names = new Map<Tensor, string>(all.map(({ spec, variable }) => [variable, spec.name]));
  const nameOf = (tensor: Tensor): string | undefined => names.get(tensor);
  return {
    dimensions,
    encoder: await readWeights(encoder, nameOf, copy),
    ...(largestRanks && { factors: await readWeights(factors, nameOf, copy), largestRanks }),
    reducer,
    prior,
    ...(withHead && {
      head: { weights: await readWeights(head, nameOf, copy), activation: architecture.poolerActivation, task },
    }),
  };
};

const int64Input = (g: GraphBuilder, name: string): Value => g.input(name, 'int64', ['batch', 'sequence']);

/** The input of a prior, spread over the batch. */
export const priorOf = (g: GraphBuilder, ids: Value, axes: readonly [string, string] = ['batch', 'sequence']): Value =>
  g.op('Expand', [g.input(priorInput, 'float32', axes), g.op('Shape', [ids])]);

/** Of an encoder that reads images: `pixel_values`, [batch, channels, height, width], out of which come as many tokens as always. */
const imageInputs = (g: GraphBuilder, image: ImageShape): EncoderInputs => {
  const pixels = g.input(pixelsInput, 'float32', ['batch', image.channels, image.height, image.width]);
  const rows = g.op('Slice', [g.op('Shape', [pixels]), g.int64([0]), g.int64([1])]);
  const shape = g.op('Concat', [rows, g.int64([imageTokens(image)])], { axis: 0 });
  return {
    pixels,
    ids: g.op('Expand', [g.int64(0), shape]),
    mask: g.op('Expand', [g.float(1), shape]),
    typeIds: undefined,
  };
};

/** The inputs that every tool feeds an encoder. */
export const encoderInputs = (g: GraphBuilder, { types, image }: Dimensions): EncoderInputs =>
  image === undefined ? textInputs(g, types) : imageInputs(g, image);

const textInputs = (g: GraphBuilder, types: number): EncoderInputs => ({
  ids: int64Input(g, 'input_ids'),
  mask: g.op('Cast', [int64Input(g, 'attention_mask')], { to: elementTypeNumber('float32') }),
  typeIds: types > 0 ? int64Input(g, 'token_type_ids') : undefined,
});

/** The outputs that tools expect of a head. */
const outputLogits = (g: GraphBuilder, logits: Value, { weights, task }: HostHead<WeightSource>): void => {
  const outputs = weights.output?.kernel.shape[1] ?? task.readout.outputs;
  const axes = logitAxes(task.readout).map((axis) => (axis === 'outputs' ? outputs : axis));
  const [name, ...others] = outputNamesOf(task);
  if (others.length === 0) g.output(name ?? 'logits', logits, 'float32', axes);
  else
    outputNamesOf(task).forEach((name, i) =>
      g.output(name, g.op('Gather', [logits, g.int64(i)], { axis: axes.length - 1 }), 'float32', axes.slice(0, -1)),
    );
};

/** The states that a vector is made of, for tools that pool by themselves: those of all tokens, or that of the first alone. */
const outputStates = (g: GraphBuilder, hidden: Value, { pool }: Readout, size: number): void => {
  const isFirst = pool === 'first';
  const states = isFirst ? g.op('Unsqueeze', [hidden, g.int64([1])]) : g.op('Identity', [hidden]);
  g.output('last_hidden_state', states, 'float32', ['batch', isFirst ? 1 : 'sequence', size]);
};

const graphLengths = (point: OperatingPoint | undefined, layers: number): GraphLengths => {
  if (point === undefined || (point.lengths === undefined && !leavesLayersOut(point) && point.ranks !== undefined))
    return 'input';
  validateOperatingPoint(point, layers);
  return isFullPoint({ lengths: point.lengths }) ? 'full' : { config: lengthsOf(point, layers), floor: point.floor };
};

interface BuildGraphOptions extends ExportGraphOptions {
  /** Give inputs that may be left out their default. ONNX Runtime's JavaScript packages do not feed inputs that have one. */
  readonly defaults: boolean;
}

/** What every file is taken to rank by that says nothing else. */
const isAttention = (reducer: Reducer): boolean => reducerKey(reducer) === reducerKey(attentionReducer());

/** The encoder at the ranks of a point. @throws CoreError `OPERATING_POINT_INVALID` */
const encoderAt = (model: HostModel<WeightSource>, point: OperatingPoint): WeightTree<EncoderWeights, WeightSource> => {
  const { encoder, factors } = model;
  const { ranks } = checkRanks(point, model);
  return ranks && factors ? atRanks<WeightSource>(encoder, factors, ranks, sliceWeights) : encoder;
};

/** The reducer that a point names, else the model's own. @throws CoreError `REDUCER_UNKNOWN`; OnnxError `OPTION_INVALID` for one that learns weights */
const reducerAt = (own: Reducer, point: OperatingPoint = {}): Reducer => {
  const name = namedReducerOf(point);
  if (name === undefined || name === own.name) return own;
  const found = findReducer(name);
  if (!found.predictor) return found;
  throw new OnnxError(
    'OPTION_INVALID',
    `The point names the reducer ${name}, which learns weights that the model does not have. Train it with that, or name another.`,
  );
};

interface BuiltGraph {
  readonly g: GraphBuilder;
  readonly options: ModelOptions;
}

const buildGraph = (
  model: HostModel<WeightSource>,
  {
    precision = 'fp32',
    point,
    chooseLayers = false,
    trace = false,
    defaults,
    minTokens = defaultMinTokens,
    protectedTokens,
  }: BuildGraphOptions,
): BuiltGraph => {
  const { dimensions, head, reducer: own = attentionReducer(), prior } = model;
  const reducer = reducerAt(own, point);
  const { layers, hiddenSize, halving = [], decoder } = dimensions;
  const isLess = halving.length > 0 && decoder === undefined; // than came
  const ranks = point?.ranks ?? dimensions.ranks;
  const encoder = encoderAt(model, point ?? {});
  if (protectedTokens === 0 && head?.task.readout.pool === 'first') {
    throw new OnnxError(
      'OPTION_INVALID',
      'protectedTokens is 0, but the head reads the first token, which must stay; give at least 1.',
    );
  }
  const g = createGraph();
  const emit = emitterOf(precision);
  const given = encoderInputs(g, dimensions);
  const lengths = graphLengths(point, layers);
  const running = runningLayers(point ?? {}, layers);
  const ones = (name: string, shape: readonly number[]): Value =>
    g.constant(name, { type: 'float32', shape, data: new Float32Array(layers).fill(1) });
  if (chooseLayers && lengths !== 'input')
    throw new OnnxError(
      'OPTION_INVALID',
      'A file that has its point built in cannot have its layers chosen, too: leave the point out, or chooseLayers.',
    );
  if (defaults && lengths === 'input') ones(lengthsInput, [1, layers]);
  if (defaults && chooseLayers) ones(layersInput, [layers]);
  const chosen = chooseLayers && halving.length > 0 ? g.input(layersInput, 'float32', [layers]) : undefined;
  const plan = planLengths(g, given.mask, lengths, layers, { minTokens, halving, running, chosen });
  const counts = prior !== undefined && plan !== undefined; // nothing is ranked at the full length
  if (defaults && counts) g.constant(priorInput, { type: 'float32', shape: [1, 1], data: new Float32Array(1) });
  const inputs = { ...given, prior: counts ? priorOf(g, given.ids, ['priors', 'prior_tokens']) : undefined };
  const options: EncoderGraphOptions = {
    plan,
    layers: running,
    choosesLayers: chooseLayers,
    chosen,
    reducer,
    priorLayers: prior?.layers,
    protectedTokens,
    wanted: head ? wantedStates(head.task.readout) : isLess ? 'survivors' : 'all',
    stayed: head?.task.readout.departed !== undefined,
    trace,
  };
  const { hidden, stayed, positions, scores, mergedInto } = encoderGraph(
    g,
    { weights: encoder, emit },
    inputs,
    hiddenSize,
    options,
  );

  if (head) {
    if (defaults && head.task.readout.layer === 'none' && head.task.readout.pool !== 'none')
      outputStates(g, hidden, head.task.readout, hiddenSize);
    // The head is small and decides: it stays in single precision.
    outputLogits(
      g,
      runHead(headOnGraph(g, emitterOf('fp32'), { mask: given.mask }), { states: hidden, stayed }, head.weights, {
        activation: head.activation,
        readout: head.task.readout,
        epsilon: dimensions.layerNormEpsilon,
      }),
      head,
    );
  } else {
    g.output('last_hidden_state', hidden, 'float32', ['batch', isLess ? 'left' : 'sequence', hiddenSize]);
  }
  const layerAt = (index: number): number => running[index] ?? index;
  positions.forEach((value, index) =>
    g.output(`kept_positions.${layerAt(index)}`, value, 'int64', ['batch', `kept_${layerAt(index)}`]),
  );
  scores.forEach((value, index) =>
    g.output(`token_scores.${layerAt(index)}`, value, 'float32', ['batch', `entering_${layerAt(index)}`]),
  );
  mergedInto.forEach((value, index) =>
    g.output(`merged_into.${layerAt(index)}`, value, 'int64', ['batch', 'sequence']),
  );
  const pooling = head && poolingOf(head.task.readout);
  const metadata = {
    precision,
    [lengthConfigKey]: lengths === 'input' ? 'input' : lengthsOf(point ?? {}, layers).join(' '),
    ...(chooseLayers && { [layersKey]: 'input' }),
    ...(running.length < layers && { [layersKey]: running.join(' ') }),
    ...(typeof lengths === 'object' && lengths.floor && { [floorKey]: String(lengths.floor) }),
    ...(ranks && { [ranksKey]: JSON.stringify(ranks) }),
    ...(counts && { [priorLayersKey]: String(prior.layers) }),
    ...(plan && !isAttention(reducer) && { [reducerMetadata]: JSON.stringify(namedReducer(reducer)) }),
    ...(stayed !== undefined && { [departedKey]: 'majority' }),
    ...(pooling !== undefined && { [poolingKey]: pooling }),
    ...(minTokens !== defaultMinTokens && { [minTokensKey]: String(minTokens) }),
  };
  return { g, options: { opset, metadata } };
};

/**
 * A model as the bytes of an ONNX file.
 *
 * Inputs: `input_ids`, `attention_mask` and (where the model has them) `token_type_ids`, [batch, sequence] int64, padding on
 * the right, or `pixel_values` [batch, channels, height, width] float32 of a model that reads images; and `length_ratios`, [batch or 1, layers] float32, the length configuration of each row. The last has a
 * default, the full length, so that tools that know nothing of it run the file as any other. A model with a prior
 * has one more, `prior`, [batch, sequence] float32, added to the scores of its first layers; its default is 0, the reducer
 * alone. A file that leaves its layers open (`chooseLayers`) has `running_layers`, [layers] float32: those above 0 run, by default
 * all. Outputs: `logits` [batch, outputs];
 * `start_logits` and `end_logits` [batch, sequence] for question answering; `logits` [batch, sequence, outputs] for token
 * classification; `sentence_embedding` [batch, hidden] and the `last_hidden_state` that it is made of for embeddings; or
 * `last_hidden_state` [batch, sequence, hidden] of a bare encoder. Dropped tokens are restored; of an encoder that makes one of several tokens, without a decoder, those that
 * are left are given.
 *
 * @throws CoreError `LENGTH_CONFIG_INVALID`, `OPERATING_POINT_INVALID`, also for ranks that the model does not have; OnnxError `OPTION_INVALID` where a token may leave that the head reads
 */
export const exportGraph = (model: HostModel, options: ExportGraphOptions = {}): Uint8Array => {
  const { g, options: file } = buildGraph(model, { ...options, defaults: true });
  return g.model(file);
};

/** A model of the same shapes, whose numbers nobody reads. */
const withoutNumbers = ({ encoder, factors, head, ...rest }: HostModel): HostModel<WeightSource> => {
  const shapeOf = ({ name, shape }: HostWeight): WeightSource => ({ name, shape, readInto: () => Promise.resolve() });
  return {
    ...rest,
    encoder: mapWeights<EncoderWeights, HostWeight, WeightSource>(encoder, shapeOf),
    ...(factors && { factors: mapWeights<EncoderFactors, HostWeight, WeightSource>(factors, shapeOf) }),
    ...(head && {
      head: { ...head, weights: mapWeights<HeadWeights, HostWeight, WeightSource>(head.weights, shapeOf) },
    }),
  };
};

/** Bytes of the file that `exportGraph` writes; no weight is converted for it. */
export const graphBytes = (model: HostModel, options: ExportGraphOptions = {}): number => {
  const { g, options: file } = buildGraph(withoutNumbers(model), { ...options, defaults: true });
  return bytesOfAll(g.content(file)());
};

type MadeFileOptions = Pick<ExportGraphOptions, 'precision' | 'trace' | 'chooseLayers'> & {
  readonly ranks?: Ranks | undefined;
};

const hostOf = ({
  dimensions,
  encoder,
  factors,
  lowRank,
  head,
  task,
  architecture,
  reducer,
  prior,
}: DeferredModel): HostModel<WeightSource> => ({
  dimensions,
  encoder,
  factors,
  largestRanks: lowRank?.ranks,
  head: { weights: head, activation: architecture.poolerActivation, task },
  reducer,
  prior,
});

/**
 * Bytes of the file that `exportGraph` writes of a model, whose weights are not read for it: at ranks where some are given, its lengths to choose.
 *
 * @param options.reducer what ranks its tokens. Default: the model's own
 */
export const onnxFileBytes = (
  deferred: DeferredModel,
  { ranks, reducer = deferred.reducer, ...options }: MadeFileOptions & { readonly reducer?: Reducer | undefined },
): number => {
  const { g, options: file } = buildGraph(
    { ...hostOf(deferred), reducer },
    { ...options, ...(ranks && { point: { ranks } }), defaults: true },
  );
  return bytesOfAll(g.content(file)());
};

/** A model whose weights are still in their file as an ONNX file to open at once, at ranks where some are given: each weight is read into its place. */
export const makeOnnxFile = (deferred: DeferredModel, { ranks, ...options }: MadeFileOptions): OnnxContent => {
  const { dimensions, reducer, prior, task } = deferred;
  const model = hostOf(deferred);
  const { g, options: file } = buildGraph(model, { ...options, ...(ranks && { point: { ranks } }), defaults: false });
  return {
    content: g.content(file),
    builtIn: undefined,
    choosesLayers: options.chooseLayers ?? false,
    ranks: ranks ?? dimensions.ranks,
    reducer: namedReducer(reducer),
    priorLayers: prior?.layers ?? 0,
    departed: departedAnswerOf(task),
    minTokens: defaultMinTokens,
    precision: options.precision,
  };
};
