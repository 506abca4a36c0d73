import type { Gradients, ParameterValues, TrainingEngine } from '@length-adaptive/core';
import { CoreError } from '@length-adaptive/core';
import { ModelError } from '../../errors.js';
import { curvatureAlong } from './curvature.js';
import type { GradientNorm, Scales } from './scale-weights.js';
import { directionOf, moveWeights, normOf, scaleWeights, slopesOf } from './scale-weights.js';

/** What an iteration did. */
export interface GradInitReport {
  /** Its number, from 1. */
  readonly iteration: number;
  readonly iterations: number;
  /** Whether the gradient was too large and only made smaller, or the loss after a step was made smaller. */
  readonly branch: 'objective' | 'constraint';
  /** Loss before the step. */
  readonly loss: number;
  /** Loss on the other batch after the step; the same as `loss` where there was none. */
  readonly lossAfter: number;
  /** Size of the gradient, as `norm` measures it. */
  readonly gradientNorm: number;
}

export interface GradInitOptions {
  /** Iterations; each runs two batches forward and backward. Default 200. */
  readonly iterations?: number | undefined;
  /** The learning rate of the one step whose success is looked at, such as the peak rate of the training that follows. Default 1e-3. */
  readonly stepSize?: number | undefined;
  /** How fast factors change, by Adam. Default 2.5e-3. */
  readonly scaleRate?: number | undefined;
  /** The largest gradient that is left alone: a larger one is made smaller first. Default Infinity: every iteration looks at the loss. */
  readonly largestNorm?: number | undefined;
  /** What a gradient is measured by, and which step is looked at. Default `sum`, for training with Adam. */
  readonly norm?: GradientNorm | undefined;
  /** Factors stay between these. Default 0.01 and 100. */
  readonly bounds?: readonly [least: number, most: number] | undefined;
  readonly onIteration?: ((report: GradInitReport) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface GradInitResult {
  /** The factor that each block of weights was multiplied by; blocks that were all zeros have none. */
  readonly scales: ReadonlyMap<string, number>;
  readonly reports: readonly GradInitReport[];
}

/** Adam over the factors; the two kinds of slopes have moments of their own. */
interface Moments {
  updates: number;
  readonly first: Scales;
  readonly second: Scales;
}

const betas = { first: 0.9, second: 0.98 } as const;

const updateScales = (
  scales: Scales,
  slopes: Scales,
  moments: Moments,
  { rate, bounds: [least, most] }: { readonly rate: number; readonly bounds: readonly [number, number] },
): void => {
  moments.updates++;
  const [first, second] = [1 - betas.first ** moments.updates, 1 - betas.second ** moments.updates];
  for (const [name, slope] of slopes) {
    const m = betas.first * (moments.first.get(name) ?? 0) + (1 - betas.first) * slope;
    const v = betas.second * (moments.second.get(name) ?? 0) + (1 - betas.second) * slope * slope;
    moments.first.set(name, m);
    moments.second.set(name, v);
    const moved = (scales.get(name) ?? 1) - (rate * (m / first)) / (Math.sqrt(v / second) + 1e-8);
    scales.set(name, Math.min(most, Math.max(least, moved)));
  }
};

interface CheckedOptions {
  readonly iterations: number;
  readonly stepSize: number;
  readonly scaleRate: number;
  readonly largestNorm: number;
  readonly bounds: readonly [number, number];
}

const checkOptions = ({
  iterations,
  stepSize,
  scaleRate,
  largestNorm,
  bounds: [least, most],
}: CheckedOptions): void => {
  const fail = (what: string, expected: string): never => {
    throw new ModelError('OPTION_INVALID', `GradInit: ${what}; expected ${expected}.`);
  };
  if (!(Number.isInteger(iterations) && iterations >= 0))
    fail(`iterations is ${iterations}`, 'a whole number, 0 or more');
  for (const [name, value] of Object.entries({ stepSize, scaleRate, largestNorm }))
    if (!(value > 0)) fail(`${name} is ${value}`, 'a number above 0');
  if (!(least > 0 && least <= 1 && most >= 1 && most < Infinity))
    fail(`bounds is [${least}, ${most}]`, 'a number above 0 and at most 1, then one of at least 1');
};

/**
 * GradInit (Zhu et al. 2021): multiplies every block of new weights by a factor of its own, so that the first step of training helps as much as it can. Where
 * the gradient is at most `largestNorm`, factors follow the slope of the loss after one step of size `stepSize`; where it is larger, that of its size.
 *
 * It is first order, as the published code is: the step itself is taken for a constant. The slope of the gradient's size, which needs the curvature, comes
 * of two gradients a little apart, so that nothing is ever differentiated twice. For weights that begin from nothing: factors would spoil trained ones.
 * The same batches give the same factors. However it ends, the engine holds the weights that it had or the scaled ones, never those of a step.
 *
 * @param batches two batches for each iteration, half of the second from the first: the step is made by the one and judged by the other
 * @throws ModelError `OPTION_INVALID`; CoreError `DIVERGED` for a loss that is not finite, `ABORTED` when the signal fires
 * @example
 * const { scales } = await gradInit(engine, (iteration) => [batchOf(2 * iteration), batchOf(2 * iteration + 1)], { stepSize: 1e-3 });
 */
export const gradInit = async <Batch>(
  engine: TrainingEngine<Batch>,
  batches: (iteration: number) => readonly [step: Batch, judge: Batch],
  {
    iterations = 200,
    stepSize = 1e-3,
    scaleRate = 2.5e-3,
    largestNorm = Infinity,
    norm = 'sum',
    bounds = [0.01, 100],
    onIteration,
    signal,
  }: GradInitOptions = {},
): Promise<GradInitResult> => {
  checkOptions({ iterations, stepSize, scaleRate, largestNorm, bounds });
  const start: ParameterValues = new Map(
    [...(await engine.readWeights())].map(([name, values]) => [name, values.slice()]),
  );
  const scales: Scales = new Map(
    [...start].filter(([, values]) => values.some((value) => value !== 0)).map(([name]) => [name, 1]),
  );
  const moments = { objective: emptyMoments(), constraint: emptyMoments() };
  const reports: GradInitReport[] = [];

  const gradientsAt = async (weights: ParameterValues, batch: Batch): Promise<Pass> => {
    engine.writeWeights(weights);
    const gradients: Gradients = new Map();
    const { loss } = await engine.step(batch, { full: {}, reduced: [] }, gradients, {});
    if (!Number.isFinite(loss))
      throw new CoreError(
        'DIVERGED',
        `The loss of iteration ${reports.length + 1} of GradInit is ${loss}; lower stepSize (now ${stepSize}) or scaleRate (now ${scaleRate}).`,
      );
    return { loss, gradients };
  };
  const iterate = async (iteration: number): Promise<GradInitReport> => {
    const [stepBatch, judgeBatch] = batches(iteration);
    const weights = scaleWeights(start, scales);
    const { loss, gradients } = await gradientsAt(weights, stepBatch);
    const gradientNorm = normOf(gradients, norm);
    const direction = directionOf(gradients, norm);
    const branch = gradientNorm > largestNorm ? 'constraint' : 'objective';
    let lossAfter = loss;
    let slopes: Gradients;
    if (branch === 'constraint')
      slopes = await curvatureAlong(weights, direction, async (near) => (await gradientsAt(near, stepBatch)).gradients);
    else {
      const after = await gradientsAt(moveWeights(weights, direction, -stepSize), judgeBatch);
      lossAfter = after.loss;
      slopes = after.gradients;
    }
    updateScales(scales, slopesOf(start, slopes, scales), moments[branch], { rate: scaleRate, bounds });
    return { iteration: iteration + 1, iterations, branch, loss, lossAfter, gradientNorm };
  };

  try {
    for (let iteration = 0; iteration < iterations; iteration++) {
      if (signal?.aborted)
        throw new CoreError('ABORTED', `GradInit was stopped after iteration ${iteration} of ${iterations}.`);
      const report = await iterate(iteration);
      reports.push(report);
      onIteration?.(report);
    }
  } catch (error) {
    engine.writeWeights(start);
    throw error;
  }
  engine.writeWeights(scaleWeights(start, scales));
  return { scales, reports };
};

interface Pass {
  readonly loss: number;
  readonly gradients: Gradients;
}

const emptyMoments = (): Moments => ({ updates: 0, first: new Map(), second: new Map() });
