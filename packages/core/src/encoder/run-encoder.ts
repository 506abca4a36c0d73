import { CoreError } from '../errors.js';
import { createDecider } from './decider.js';
import { embed } from './embed.js';
import type { EncoderOps, LayerRun } from './encoder-ops.js';
import type { EngineTypes } from './engine-types.js';
import type { Observe, ObservedBy } from './observe.js';
import { createObserver } from './observe.js';
import type { LayerAt, LayerOptions } from './run-layer.js';
import { layerRunner } from './run-layer.js';
import type { ScoredAt } from './scored-at.js';
import type { Wanted } from './wanted.js';
import type { EncoderWeights, WeightTree } from './weights.js';

/** What one layer did. */
export interface TracedLayer<E extends EngineTypes> {
  readonly layer: number;
  /** Those that the layer kept. */
  readonly tokens: E['tokens'];
  /** Scores of those that entered it. */
  readonly scores: E['scores'] | undefined;
}

export interface RunOptions<E extends EngineTypes> extends LayerOptions<E> {
  readonly wanted: Wanted;
  /** The layers that run, ascending; where a step says so, an engine decides of each when its graph runs. */
  readonly layers: readonly number[];
  /** How many tokens stay in each of the layers that run. Absent: nobody leaves. */
  readonly steps: readonly E['step'][] | undefined;
  /**
   * Decides of each token whether it stays, 1 or 0, in every layer that ranks tokens: for a reducer that learns to decide. All tokens go through all layers;
   * one that is not to stay is no key from the next layer on and returns with the state with which it entered, as if it had left. Absent: nobody decides.
   */
  readonly decide?: ((ops: EncoderOps<E>, at: ScoredAt<E>) => E['scores']) | undefined;
  /** Sees the states that leave each layer that ranks tokens, in order, and says what goes on: what tokens are to be judged by is differentiated here. Default: nobody looks. */
  readonly leaving?: ((states: E['states']) => E['states']) | undefined;
  /** In layers below this number the prior of an input is added to what ranks its tokens. */
  readonly priorLayers: number;
  /** Report the tokens that every layer keeps, with the scores that ranked them or without. Default: neither. */
  readonly trace?: 'tokens' | 'scores' | undefined;
  readonly observe?: Observe | undefined;
}

export interface EncoderRun<E extends EngineTypes> {
  readonly states: E['states'];
  /** Who is left. */
  readonly tokens: E['tokens'];
  /** One entry an executed layer; empty unless asked for. */
  readonly trace: readonly TracedLayer<E>[];
  readonly observed: ObservedBy<E>;
  /** What `predict` made of each layer, [B, T] each; empty unless asked for. Not of the last where it computes the first token alone. */
  readonly predictions: readonly E['scores'][];
  /** Which tokens are there after each layer that decides, 1 or 0, [B, T] each; slots of padding have a number, too. */
  readonly decisions: readonly E['scores'][];
}

/** What an encoder that takes tokens two by two cannot give. @throws CoreError `OPTION_INVALID` */
const checkHalving = <E extends EngineTypes>({ wanted, predict, decide }: RunOptions<E>, parts: boolean): void => {
  const problem =
    !parts && (wanted === 'all' || wanted === 'kept')
      ? 'the state of each token is wanted, which takes a decoder, and it has none; ask for the first, or for the survivors'
      : (predict ?? decide)
        ? 'the reducer learns of each token in each layer; choose one that learns nothing, such as attention'
        : undefined;
  if (problem !== undefined)
    throw new CoreError('OPTION_INVALID', `The encoder takes its tokens two by two on the way, and ${problem}.`);
};

/**
 * A transformer encoder with Drop-and-Restore (Kim & Cho 2020), on any engine: in every layer tokens leave after attention and before its
 * output projection, which then works for the survivors only, as the feed-forward block does.
 */
export const runEncoder = <E extends EngineTypes>(
  ops: EncoderOps<E>,
  {
    embeddings,
    blocks,
    decoder: known,
    heads,
    layerNormEpsilon: epsilon,
    activation = 'gelu',
    normOrder: order = 'post',
    finalNorm,
  }: WeightTree<EncoderWeights, E['weight']>,
  options: RunOptions<E>,
): EncoderRun<E> => {
  const { wanted, layers, steps, merge, predict, decide, leaving, priorLayers, trace, observe, fade } = options;
  const decoder = wanted === 'survivors' ? undefined : known; // who is left in the encoder
  /** Whether those that leave have nothing in the end; behind a decoder all are back. */
  const forGood = wanted === 'kept' && !decoder;
  const all = decoder ? [...blocks, ...decoder.blocks] : blocks;
  if (blocks.some(({ halves }) => halves)) checkHalving(options, decoder !== undefined);
  const observer = createObserver<E>(observe);
  const traced: TracedLayer<E>[] = [];
  const predictions: E['scores'][] = [];
  const decider = createDecider(decide, wanted);
  /** Whether the last layer may leave the other tokens alone: nobody ranks or observes them. */
  const firstIsAll = wanted === 'first' && trace === undefined && fade === undefined && observe === undefined;
  const lastLayer = decoder ? all.length - 1 : layers.at(-1);
  const isFirstOnly = (layer: number): boolean => firstIsAll && layer === lastLayer;
  /** Whether nobody needs to know what is inside an attention block, nor changes it. */
  const nobodyLooks =
    order === 'post' && !merge && !predict && !decide && !fade && trace === undefined && observe === undefined;
  const runLayer = layerRunner<E>({
    ...options,
    blocks: all,
    heads,
    epsilon,
    activation,
    order,
    forGood,
    firstIsAll,
    isFirstOnly,
    nobodyLooks,
    isRanked: (layer) => layer < blocks.length && (trace === 'scores' || fade !== undefined),
    observer,
    decider,
    predictions,
  });
  const { summary } = embeddings;
  const embedded = embed(ops, embeddings, epsilon);
  let { states, tokens }: LayerRun<E> =
    summary === undefined ? { states: embedded, tokens: ops.begin(embedded) } : ops.beginWith(embedded, summary);
  const everyToken = { ...tokens, departed: undefined };
  observer.state(0, states);

  /** The states that the decoder adds. */
  let added: E['states'] | undefined;
  /** The tokens before each layer that halves, where they are to have states again. */
  const outer: E['tokens'][] = [];
  for (const [index, layer] of layers.entries()) {
    if (decoder && layer >= decoder.after) added ??= ops.restore(states, tokens);
    if (decoder && all[layer]?.halves) {
      outer.push(tokens);
      tokens = ops.nest(tokens);
    }
    if (layer >= priorLayers) tokens = { ...tokens, prior: undefined }; // from here on the reducer decides alone
    const step = steps?.[index];
    const at: LayerAt<E> = { layer, step, entering: states, among: tokens };
    let scores: E['scores'] | undefined;
    const run = (on: EncoderOps<E>): LayerRun<E> => {
      const found = runLayer(on, at);
      scores = on === ops ? found.scores : undefined; // what ranks in a branch stays there
      return found;
    };
    ({ states, tokens } =
      step === undefined || !ops.whereRuns ? run(ops) : ops.whereRuns(step, run, { states, tokens }));
    if (leaving && !isFirstOnly(layer)) states = leaving(states);
    observer.state(layer + 1, states);
    if (trace) traced.push({ layer, tokens, scores });
  }

  if (decoder) {
    added ??= ops.restore(states, tokens);
    let beyond: (() => E['states']) | undefined;
    for (const before of outer.reverse()) {
      ({ states, beyond } = ops.part(states, tokens, beyond?.()));
      tokens = before;
    }
    states = ops.add(ops.restore(states, tokens), added);
    tokens = everyToken;
    for (const layer of decoder.blocks.keys())
      ({ states, tokens } = runLayer(ops, {
        layer: blocks.length + layer,
        step: undefined,
        entering: states,
        among: tokens,
      }));
  }

  const normal = (x: E['states']): E['states'] => (finalNorm ? ops.norm(x, finalNorm, { epsilon, place: 'final' }) : x);
  if (forGood) {
    // Zeros stay zeros: what left is put back after the last normalisation.
    const there = decider.decisions.at(-1);
    const last = normal(states);
    states = ops.restore(there === undefined ? last : ops.product(ops.widen(there, last), last), tokens);
  } else if (wanted === 'all' && finalNorm?.bias !== undefined && embeddings.patches === undefined)
    states = ops.restore(states, tokens, normal); // padding would get the bias of the norm
  else
    states = normal(
      wanted === 'first' ? ops.pool(states, tokens) : wanted === 'survivors' ? states : ops.restore(states, tokens),
    );
  return { states, tokens, trace: traced, observed: observer.end(), predictions, decisions: decider.decisions };
};
