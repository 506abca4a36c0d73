import { CoreError } from '../errors.js';
import type { EncoderOps, LayerRun, Passed, Voters } from './encoder-ops.js';
import type { EngineTypes } from './engine-types.js';
import type { MergeOf } from './merge.js';
import { leaveBottleneck, narrow } from './bottleneck.js';
import { createDecider } from './decider.js';
import { embed } from './embed.js';
import { feedForward } from './feed-forward.js';
import { mergedMove } from './merge.js';
import type { ScoredAt } from './scored-at.js';
import type { Observe, ObservedBy } from './observe.js';
import { createObserver } from './observe.js';
import type { Wanted } from './wanted.js';
import type { BlockWeights, EncoderWeights, WeightTree } from './weights.js';

/** What one layer did. */
export interface TracedLayer<E extends EngineTypes> {
  readonly layer: number;
  /** Those that the layer kept. */
  readonly tokens: E['tokens'];
  /** Scores of those that entered it. */
  readonly scores: E['scores'] | undefined;
}

export interface RunOptions<E extends EngineTypes> {
  readonly wanted: Wanted;
  /** The layers that run, ascending; where a step says so, an engine decides of each when its graph runs. */
  readonly layers: readonly number[];
  /** How many tokens stay in each of the layers that run. Absent: nobody leaves. */
  readonly steps: readonly E['step'][] | undefined;
  /** What ranks the tokens. */
  readonly score: (ops: EncoderOps<E>, at: ScoredAt<E>) => E['scores'];
  /** Whose attention alone `score` sums up. Default: it does something else. */
  readonly voters?: Voters | undefined;
  /** How tokens that leave go into those that stay; it ranks them, too. Default: they just leave. */
  readonly merge?: MergeOf<E> | undefined;
  /**
   * Also report what this makes of every layer that ranks tokens, whether any leave it or not: what a reducer predicts, to train it. It is given states
   * as constants, so that the encoder learns nothing by it.
   */
  readonly predict?: ((ops: EncoderOps<E>, at: ScoredAt<E>) => E['scores']) | undefined;
  /**
   * Decides of each token whether it stays, 1 or 0, in every layer that ranks tokens: for a reducer that learns to decide. All tokens go through all layers;
   * one that is not to stay is no key from the next layer on and returns with the state with which it entered, as if it had left. Absent: nobody decides.
   */
  readonly decide?: ((ops: EncoderOps<E>, at: ScoredAt<E>) => E['scores']) | undefined;
  /** Sees the states that leave each layer that ranks tokens, in order, and says what goes on: what tokens are to be judged by is differentiated here. Default: nobody looks. */
  readonly leaving?: ((states: E['states']) => E['states']) | undefined;
  /** What ranks the tokens of the first layer where those that it lets go leave before it attends. Default: they leave once it has, ranked as in the others. */
  readonly before?: ((ops: EncoderOps<E>, tokens: E['tokens']) => E['scores']) | undefined;
  /** In layers below this number the prior of an input is added to that. */
  readonly priorLayers: number;
  /** Report the tokens that every layer keeps, with the scores that ranked them or without. Default: neither. */
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
  /** What `predict` made of each layer, [B, T] each; empty unless asked for. Not of the last where it computes the first token alone. */
  readonly predictions: readonly E['scores'][];
  /** Which tokens are there after each layer that decides, 1 or 0, [B, T] each; slots of padding have a number, too. */
  readonly decisions: readonly E['scores'][];
}

/** What a reducer may look at, as constants. */
const withoutGradient = <E extends EngineTypes>(ops: EncoderOps<E>, at: ScoredAt<E>): ScoredAt<E> => ({
  ...at,
  entering: ops.constant(at.entering),
  attended: { ...at.attended, context: ops.constant(at.attended.context) },
});

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

/** What a layer is given. */
interface LayerAt<E extends EngineTypes> {
  readonly layer: number;
  readonly step: E['step'] | undefined;
  readonly entering: E['states'];
  readonly among: E['tokens'];
}

/** What it gives, with the scores that it ranked by where somebody looks at them. */
interface TracedRun<E extends EngineTypes> extends LayerRun<E> {
  readonly scores: E['scores'] | undefined;
}

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
  const { wanted, layers, steps, score, voters, merge, before, predict } = options;
  const { decide, leaving, priorLayers, trace, observe, fade } = options;
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
  const { summary } = embeddings;
  const embedded = embed(ops, embeddings, epsilon);
  let { states, tokens }: LayerRun<E> =
    summary === undefined ? { states: embedded, tokens: ops.begin(embedded) } : ops.beginWith(embedded, summary);
  const everyToken = { ...tokens, departed: undefined };
  observer.state(0, states);

  const withPrior = (by: EncoderOps<E>, scores: E['scores'], among: E['tokens']): E['scores'] =>
    among.prior === undefined ? scores : by.addPrior(scores, among);

  /** A layer with those tokens alone that stay in it. */
  const leaveBefore = (
    on: EncoderOps<E>,
    at: LayerAt<E>,
    { ranked, step }: { readonly ranked: E['scores']; readonly step: E['step'] },
  ): LayerAt<E> => {
    const { entering, among } = at;
    const everybody: Passed<E> = { context: entering, entering, tokens: among };
    const passed = on.whereAnyLeave(
      step,
      (by) => {
        const move = by.keep(ranked, step, among);
        const stay = by.move(entering, move);
        const tokens = by.depart(among, move, forGood ? by.nothing(entering) : entering);
        return { context: stay, entering: stay, tokens };
      },
      everybody,
    );
    return { ...at, entering: passed.entering, among: passed.tokens };
  };

  const runLayer = (on: EncoderOps<E>, given: LayerAt<E>): TracedRun<E> => {
    const { layer } = given;
    const {
      attention,
      between = [],
      feedForward: feed,
      bottleneck,
      predictor,
      halves,
    } = all[layer] as WeightTree<BlockWeights, E['weight']>;
    const firstOnly = isFirstOnly(layer);
    const halved = halves && !firstOnly ? on.halve(given.among) : undefined;
    const step = halved ? undefined : given.step;
    const early =
      before && layer === 0 && step !== undefined && !firstOnly
        ? { ranked: withPrior(on, before(on, given.among), given.among), step }
        : undefined;
    const { entering, among } = early ? leaveBefore(on, given, early) : given;
    const options = { layer, epsilon, activation, order };
    /** The feed-forward blocks, one after the other. */
    const feedThrough = (x: E['states']): E['states'] => {
      const before = between.reduce((y, weights) => feedForward(on, y, weights, { ...options, dropout: false }), x);
      return feedForward(on, before, feed, { ...options, dropout: bottleneck === undefined });
    };
    const isWhole = bottleneck === undefined; // inside as wide as outside
    const atOnce =
      nobodyLooks && isWhole && !halved
        ? on.blocks?.attention({ entering, among, weights: attention, heads, epsilon, step, voters, firstOnly })
        : undefined;
    if (atOnce) return { ...atOnce, states: feedThrough(atOnce.states), scores: undefined };
    const place = `${layer}.projection`;
    const normal = order === 'pre' && attention.norm ? on.norm(entering, attention.norm, { epsilon, place }) : entering;
    const read = isWhole ? normal : narrow(on, entering, bottleneck.shared ?? bottleneck.input, options);
    /** Those who ask: all, the first alone, or what the step says when the graph runs. */
    const whoAsk = (x: E['states']): E['states'] =>
      halved
        ? on.move(x, halved)
        : firstOnly
          ? on.firstAlone(x, among)
          : firstIsAll && step !== undefined && on.asking
            ? on.asking(x, step)
            : x;
    const asking = whoAsk(entering);
    const queries = read === entering ? asking : whoAsk(read);
    const stay = halved ? on.depart(given.among, halved, entering) : among;
    const found = on.attend(queries, read, attention, {
      heads,
      layer,
      among,
      proportional: merge?.proportional ?? true,
      values: bottleneck?.shared && entering,
      halved,
      asking: firstOnly ? 'first' : halved || asking === entering ? 'all' : 'by-step',
      epsilon,
      present: decider.decisions.at(-1),
    });
    const attended = halved ? { ...found, asked: stay } : found;
    observer.attention(layer, attended);

    const scored: ScoredAt<E> = { layer, entering, attended, tokens: among, heads, predictor, step };
    if (predict && !firstOnly) predictions.push(predict(on, withoutGradient(on, scored)));
    const rank = (by: EncoderOps<E>): E['scores'] => withPrior(by, score(by, scored), among);
    /** What attention was made of, where that goes on. */
    const goesOn = !isWhole && bottleneck.shared === undefined;
    const everybody: Passed<E> = {
      context: attended.context,
      entering: asking,
      ...(goesOn && { narrow: queries }),
      tokens: stay,
    };
    const letLeave = (by: EncoderOps<E>, leaving: E['step']): Passed<E> => {
      const move = merge
        ? mergedMove(by, merge, { ...scored, step: leaving }, (scores) =>
            by.keep(withPrior(by, scores, among), leaving, among),
          )
        : by.keep(rank(by), leaving, among);
      return {
        context: by.move(attended.context, move),
        entering: by.move(entering, move),
        ...(goesOn && { narrow: by.move(read, move) }),
        tokens: by.depart(among, move, forGood ? by.nothing(entering) : entering),
      };
    };
    const passed = firstOnly
      ? { ...everybody, tokens: on.firstTokens(among) }
      : step === undefined || early
        ? everybody
        : on.whereAnyLeave(step, (by) => letLeave(by, step), everybody);

    const output = on.dense(passed.context, attention.output);
    const projected = isWhole ? on.dropout(output, place, 'hidden') : output;
    const residual = isWhole
      ? passed.entering
      : (passed.narrow ?? narrow(on, passed.entering, bottleneck.input, options));
    const mixed =
      order === 'post' && attention.norm
        ? on.norm(projected, attention.norm, { epsilon, residual, place })
        : on.add(residual, projected);
    const ranks = layer < blocks.length && (trace === 'scores' || fade !== undefined);
    const scores = ranks ? (early ? early.ranked : rank(on)) : undefined;
    const faded = (x: E['states']): E['states'] =>
      fade && !halved && scores !== undefined ? fade(x, { layer, scores, tokens: passed.tokens }) : x;
    const fed = feedThrough(faded(mixed));
    const leaves = isWhole
      ? fed
      : leaveBottleneck(on, fed, bottleneck, { ...options, entering: faded(passed.entering) });
    return {
      states: firstOnly ? leaves : decider.after(on, scored, leaves),
      tokens: passed.tokens,
      scores,
    };
  };

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
