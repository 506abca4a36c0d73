import type { Activation } from './activation.js';
import type { EncoderOps, Passed } from './encoder-ops.js';
import type { EngineTypes } from './engine-types.js';
import type { MergeOf } from './merge.js';
import { mergedMove } from './merge.js';
import type { ScoredAt } from './scored-at.js';
import type { Observe, ObservedBy } from './observe.js';
import { createObserver } from './observe.js';
import type { Wanted } from './wanted.js';
import type { BlockWeights, EmbeddingWeights, EncoderWeights, FeedForwardWeights, WeightTree } from './weights.js';

/** What one layer did. */
export interface TracedLayer<E extends EngineTypes> {
  readonly layer: number;
  /** Those that left the layer. */
  readonly tokens: E['tokens'];
  /** Scores of those that entered it. */
  readonly scores: E['scores'] | undefined;
}

export interface RunOptions<E extends EngineTypes> {
  readonly wanted: Wanted;
  /** The layers that run, ascending. */
  readonly layers: readonly number[];
  /** How many tokens stay in each of the layers that run. Absent: nobody leaves. */
  readonly steps: readonly E['step'][] | undefined;
  /** What ranks the tokens. */
  readonly score: (ops: EncoderOps<E>, at: ScoredAt<E>) => E['scores'];
  /** How tokens that leave go into those that stay; it ranks them, too. Default: they just leave. */
  readonly merge?: MergeOf<E> | undefined;
  /** In layers below this number the prior of an input is added to that. */
  readonly priorLayers: number;
  /** Report the tokens that leave every layer, with the scores that ranked them or without. Default: neither. */
  readonly trace?: 'tokens' | 'scores' | undefined;
  readonly observe?: Observe | undefined;
  /** Changes the states that leave a layer's attention block, by the scores of the tokens. Default: as they are. */
  readonly fade?: ((states: E['states'], at: FadedAt<E>) => E['states']) | undefined;
}

export interface FadedAt<E extends EngineTypes> {
  readonly layer: number;
  readonly scores: E['scores'];
  readonly tokens: E['tokens'];
}

export interface EncoderRun<E extends EngineTypes> {
  readonly states: E['states'];
  /** Who is left. */
  readonly tokens: E['tokens'];
  /** One entry an executed layer; empty unless asked for. */
  readonly trace: readonly TracedLayer<E>[];
  readonly observed: ObservedBy<E>;
}

/** Word, position and segment embeddings, summed and normalised. */
const embed = <E extends EngineTypes>(
  ops: EncoderOps<E>,
  { word, position, firstPosition, tokenType, norm }: WeightTree<EmbeddingWeights, E['weight']>,
  epsilon: number,
): E['states'] => {
  const [positions, words] = [ops.rows(position, 'positions', firstPosition), ops.rows(word, 'ids')];
  const at = { epsilon, place: 'embeddings' };
  if (tokenType === undefined) return ops.norm(words, norm, { ...at, residual: positions });
  return ops.norm(ops.add(words, positions), norm, { ...at, residual: ops.rows(tokenType, 'types') });
};

/** Feed-forward block with residual and post-layer-norm. */
const feedForward = <E extends EngineTypes>(
  ops: EncoderOps<E>,
  x: E['states'],
  { intermediate, output, norm }: WeightTree<FeedForwardWeights, E['weight']>,
  { layer, epsilon, activation }: { readonly layer: number; readonly epsilon: number; readonly activation: Activation },
): E['states'] => {
  const place = `${layer}.feed_forward`;
  const outer = ops.dropout(ops.dense(ops.activate(ops.dense(x, intermediate), activation), output), place, 'hidden');
  return ops.norm(outer, norm, { epsilon, residual: x, place });
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
    heads,
    layerNormEpsilon: epsilon,
    activation = 'gelu',
  }: WeightTree<EncoderWeights, E['weight']>,
  { wanted, layers, steps, score, merge, priorLayers, trace, observe, fade }: RunOptions<E>,
): EncoderRun<E> => {
  const observer = createObserver<E>(observe);
  const traced: TracedLayer<E>[] = [];
  /** Whether the last layer may leave the other tokens alone: nobody ranks or observes them. */
  const firstIsAll = wanted === 'first' && trace === undefined && fade === undefined && observe === undefined;
  let states = ops.dropout(embed(ops, embeddings, epsilon), 'embeddings', 'hidden');
  let tokens = ops.begin(states);
  observer.state(0, states);

  for (const [index, layer] of layers.entries()) {
    const { attention, feedForward: feed } = blocks[layer] as WeightTree<BlockWeights, E['weight']>;
    if (layer >= priorLayers) tokens = { ...tokens, prior: undefined }; // from here on the reducer decides alone
    const firstOnly = firstIsAll && layer === layers.at(-1);
    const entering = states;
    const queries = firstOnly ? ops.firstAlone(entering, tokens) : entering;
    const attended = ops.attend(queries, entering, attention, {
      heads,
      layer,
      among: tokens,
      proportional: merge?.proportional ?? true,
    });
    observer.attention(layer, attended);

    const among = tokens;
    const at: ScoredAt<E> = { layer, entering, attended, tokens: among, heads, step: steps?.[index] };
    const withPrior = (on: EncoderOps<E>, scores: E['scores']): E['scores'] =>
      among.prior === undefined ? scores : on.addPrior(scores, among);
    const rank = (on: EncoderOps<E>): E['scores'] => withPrior(on, score(on, at));
    const everybody: Passed<E> = { context: attended.context, entering: queries, tokens: among };
    const letLeave = (on: EncoderOps<E>, step: E['step']): Passed<E> => {
      const by = merge
        ? mergedMove(on, merge, { ...at, step }, (scores) => on.keep(withPrior(on, scores), step, among))
        : on.keep(rank(on), step, among);
      return {
        context: on.move(attended.context, by),
        entering: on.move(entering, by),
        tokens: on.depart(among, by, wanted === 'kept' ? on.nothing(entering) : entering),
      };
    };
    const step = steps?.[index];
    const passed = firstOnly
      ? { ...everybody, tokens: ops.firstTokens(among) }
      : step === undefined
        ? everybody
        : ops.whereAnyLeave(step, (on) => letLeave(on, step), everybody);

    const place = `${layer}.projection`;
    const projected = ops.dropout(ops.dense(passed.context, attention.output), place, 'hidden');
    const mixed = ops.norm(projected, attention.norm, { epsilon, residual: passed.entering, place });
    const scores = trace === 'scores' || fade ? rank(ops) : undefined;
    tokens = passed.tokens;
    const faded = fade && scores !== undefined ? fade(mixed, { layer, scores, tokens }) : mixed;
    states = feedForward(ops, faded, feed, { layer, epsilon, activation });
    observer.state(layer + 1, states);
    if (trace) traced.push({ layer, tokens, scores });
  }

  const found =
    wanted === 'first' ? ops.pool(states, tokens) : wanted === 'survivors' ? states : ops.restore(states, tokens);
  return { states: found, tokens, trace: traced, observed: observer.end() };
};
