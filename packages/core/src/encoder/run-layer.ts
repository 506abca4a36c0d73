import type { Activation } from './activation.js';
import { leaveBottleneck, narrow } from './bottleneck.js';
import type { Decider } from './decider.js';
import type { Attended, EncoderOps, LayerRun, Passed, Voters } from './encoder-ops.js';
import type { EngineTypes } from './engine-types.js';
import { feedForward } from './feed-forward.js';
import type { MergeOf } from './merge.js';
import { mergedMove } from './merge.js';
import type { Observer } from './observe.js';
import type { ScoredAt } from './scored-at.js';
import type { BlockWeights, NormOrder, WeightTree } from './weights.js';

export interface FadedAt<E extends EngineTypes> {
  readonly layer: number;
  readonly scores: E['scores'];
  readonly tokens: E['tokens'];
}

/** What tokens leave a layer by, and what else is made of it. */
export interface LayerOptions<E extends EngineTypes> {
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
  /** What ranks the tokens of the first layer where those that it lets go leave before it attends. Default: they leave once it has, ranked as in the others. */
  readonly before?: ((ops: EncoderOps<E>, tokens: E['tokens']) => E['scores']) | undefined;
  /** Changes the states that leave a layer's attention block, by the scores of the tokens. Default: as they are. */
  readonly fade?: ((states: E['states'], at: FadedAt<E>) => E['states']) | undefined;
}

/** What is the same for all layers of a pass. */
interface Pass<E extends EngineTypes> extends LayerOptions<E> {
  readonly blocks: readonly WeightTree<BlockWeights, E['weight']>[];
  readonly heads: number;
  readonly epsilon: number;
  readonly activation: Activation;
  readonly order: NormOrder;
  /** Whether those that leave have nothing in the end. */
  readonly forGood: boolean;
  /** Whether the first token is all that is wanted in the end, and whether a layer computes it alone. */
  readonly firstIsAll: boolean;
  readonly isFirstOnly: (layer: number) => boolean;
  /** Whether nobody needs to know what is inside an attention block, nor changes it. */
  readonly nobodyLooks: boolean;
  /** Whether somebody looks at the scores of a layer even where nobody leaves it. */
  readonly isRanked: (layer: number) => boolean;
  readonly observer: Observer<E>;
  readonly decider: Decider<E>;
  /** What `predict` makes of each layer is added to these. */
  readonly predictions: E['scores'][];
}

/** What a layer is given. */
export interface LayerAt<E extends EngineTypes> {
  readonly layer: number;
  readonly step: E['step'] | undefined;
  readonly entering: E['states'];
  readonly among: E['tokens'];
}

/** What it gives, with the scores that it ranked by where somebody looks at them. */
interface TracedRun<E extends EngineTypes> extends LayerRun<E> {
  readonly scores: E['scores'] | undefined;
}

/** The states that a layer attends with: all are as wide as those that enter it but for a layer that is narrower inside. */
interface Asked<E extends EngineTypes> {
  /** Those who ask, as they entered the layer. */
  readonly asking: E['states'];
  /** The same as attention reads them. */
  readonly queries: E['states'];
  /** All that are asked, as attention reads them. */
  readonly read: E['states'];
  readonly attended: Attended<E>;
  /** The tokens whose states come of it. */
  readonly stay: E['tokens'];
}

/** What a reducer may look at, as constants. */
const withoutGradient = <E extends EngineTypes>(ops: EncoderOps<E>, at: ScoredAt<E>): ScoredAt<E> => ({
  ...at,
  entering: ops.constant(at.entering),
  attended: { ...at.attended, context: ops.constant(at.attended.context) },
});

const withPrior = <E extends EngineTypes>(ops: EncoderOps<E>, scores: E['scores'], among: E['tokens']): E['scores'] =>
  among.prior === undefined ? scores : ops.addPrior(scores, among);

/** Runs one layer of a pass after another: attention, after which tokens leave, and its feed-forward blocks. */
export const layerRunner = <E extends EngineTypes>(
  pass: Pass<E>,
): ((ops: EncoderOps<E>, given: LayerAt<E>) => TracedRun<E>) => {
  const { score, voters, merge, before, predict, fade, heads, epsilon, activation, order, forGood } = pass;

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

  /** Attends, and says who did: all, the first alone, means of tokens two by two, or what the step says when the graph runs. */
  const attend = (
    on: EncoderOps<E>,
    { layer, step, entering, among }: LayerAt<E>,
    { attention, bottleneck }: WeightTree<BlockWeights, E['weight']>,
    halved: E['move'] | undefined,
  ): Asked<E> => {
    const firstOnly = pass.isFirstOnly(layer);
    const place = `${layer}.projection`;
    const normal = order === 'pre' && attention.norm ? on.norm(entering, attention.norm, { epsilon, place }) : entering;
    const read =
      bottleneck === undefined
        ? normal
        : narrow(on, entering, bottleneck.shared ?? bottleneck.input, { layer, epsilon });
    const whoAsk = (x: E['states']): E['states'] =>
      halved
        ? on.move(x, halved)
        : firstOnly
          ? on.firstAlone(x, among)
          : pass.firstIsAll && step !== undefined && on.asking
            ? on.asking(x, step)
            : x;
    const asking = whoAsk(entering);
    const queries = read === entering ? asking : whoAsk(read);
    const stay = halved ? on.depart(among, halved, entering) : among;
    const found = on.attend(queries, read, attention, {
      heads,
      layer,
      among,
      proportional: merge?.proportional ?? true,
      values: bottleneck?.shared && entering,
      halved,
      asking: firstOnly ? 'first' : halved || asking === entering ? 'all' : 'by-step',
      epsilon,
      present: pass.decider.decisions.at(-1),
    });
    const attended = halved ? { ...found, asked: stay } : found;
    pass.observer.attention(layer, attended);
    return { asking, queries, read, attended, stay };
  };

  /** Who goes on where some leave, and with what. */
  const letLeave = (
    by: EncoderOps<E>,
    scored: ScoredAt<E>,
    { step, read }: { readonly step: E['step']; readonly read: E['states'] | undefined },
  ): Passed<E> => {
    const { entering, attended, tokens } = scored;
    const keep = (scores: E['scores']): E['move'] => by.keep(withPrior(by, scores, tokens), step, tokens);
    const move = merge ? mergedMove(by, merge, { ...scored, step }, keep) : keep(score(by, scored));
    return {
      context: by.move(attended.context, move),
      entering: by.move(entering, move),
      ...(read !== undefined && { narrow: by.move(read, move) }),
      tokens: by.depart(tokens, move, forGood ? by.nothing(entering) : entering),
    };
  };

  return (on, given) => {
    const { layer } = given;
    const block = pass.blocks[layer] as WeightTree<BlockWeights, E['weight']>;
    const { attention, between = [], feedForward: feed, bottleneck, predictor, halves } = block;
    const firstOnly = pass.isFirstOnly(layer);
    const halved = halves && !firstOnly ? on.halve(given.among) : undefined;
    const step = halved ? undefined : given.step;
    const early =
      before && layer === 0 && step !== undefined && !firstOnly
        ? { ranked: withPrior(on, before(on, given.among), given.among), step }
        : undefined;
    const entered = { ...(early ? leaveBefore(on, given, early) : given), step };
    const { entering, among } = entered;
    const options = { layer, epsilon, activation, order };
    /** The feed-forward blocks, one after the other. */
    const feedThrough = (x: E['states']): E['states'] => {
      const before = between.reduce((y, weights) => feedForward(on, y, weights, { ...options, dropout: false }), x);
      return feedForward(on, before, feed, { ...options, dropout: bottleneck === undefined });
    };
    const isWhole = bottleneck === undefined; // inside as wide as outside
    const atOnce =
      pass.nobodyLooks && isWhole && !halved
        ? on.blocks?.attention({ entering, among, weights: attention, heads, epsilon, step, voters, firstOnly })
        : undefined;
    if (atOnce) return { ...atOnce, states: feedThrough(atOnce.states), scores: undefined };

    const { asking, queries, read, attended, stay } = attend(on, entered, block, halved);
    const scored: ScoredAt<E> = { layer, entering, attended, tokens: among, heads, predictor, step };
    if (predict && !firstOnly) pass.predictions.push(predict(on, withoutGradient(on, scored)));
    /** What attention was made of, where that goes on. */
    const goesOn = !isWhole && bottleneck.shared === undefined;
    const everybody: Passed<E> = {
      context: attended.context,
      entering: asking,
      ...(goesOn && { narrow: queries }),
      tokens: stay,
    };
    const passed = firstOnly
      ? { ...everybody, tokens: on.firstTokens(among) }
      : step === undefined || early
        ? everybody
        : on.whereAnyLeave(step, (by) => letLeave(by, scored, { step, read: goesOn ? read : undefined }), everybody);

    const place = `${layer}.projection`;
    const output = on.dense(passed.context, attention.output);
    const projected = isWhole ? on.dropout(output, place, 'hidden') : output;
    const residual = isWhole
      ? passed.entering
      : (passed.narrow ?? narrow(on, passed.entering, bottleneck.input, options));
    const mixed =
      order === 'post' && attention.norm
        ? on.norm(projected, attention.norm, { epsilon, residual, place })
        : on.add(residual, projected);
    const scores = pass.isRanked(layer) ? (early ? early.ranked : withPrior(on, score(on, scored), among)) : undefined;
    const faded = (x: E['states']): E['states'] =>
      fade && !halved && scores !== undefined ? fade(x, { layer, scores, tokens: passed.tokens }) : x;
    const fed = feedThrough(faded(mixed));
    const leaves = isWhole
      ? fed
      : leaveBottleneck(on, fed, bottleneck, { ...options, entering: faded(passed.entering) });
    return {
      states: firstOnly ? leaves : pass.decider.after(on, scored, leaves),
      tokens: passed.tokens,
      scores,
    };
  };
};
