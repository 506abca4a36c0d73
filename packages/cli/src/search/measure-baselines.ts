import type { Baseline, Padding } from '@length-adaptive/models';
import { fullLengthBaselines, paddedLengths, paddings, predictLogits } from '@length-adaptive/models';
import { padded } from '../bench/bench-inputs.js';
import { measureInTurn } from '../bench/measure-in-turn.js';
import { sample } from '../data/data.js';
import { clockFor } from './clock-for.js';
import type { SearchWork } from './search-work.js';

/** Inputs of a batch, for the padding to its longest. */
const baselineBatch = 32;

/** A baseline with what was measured of it. */
export interface ReportedBaseline extends Baseline {
  /** Median milliseconds of a text, one at a time, padding included. */
  readonly latencyMs?: number;
  /** `latencyMs` as a multiple of the unpadded one. */
  readonly latencyRatio?: number;
}

/** What a baseline is called: `unpadded`, `padded to batches of 32`, `padded to 128`. */
export const baselineName = (padding: Padding, maxLength: number): string =>
  ({ none: 'unpadded', batch: `padded to batches of ${baselineBatch}`, maximum: `padded to ${maxLength}` })[padding];

/**
 * What the full length costs unpadded and padded: MACs over all searched examples and, where speed is measured, the time of
 * the same sample of texts that configurations are measured on. All take turns; padding is run as if it were text.
 *
 * A ratio is what their turns tell; its milliseconds are those of the full length that the Pareto set was measured against, so that a report has one time for it.
 *
 * @param fullMs milliseconds of a text at full length, unpadded, as measured beside the Pareto set
 * @throws CliError or ModelError `ABORTED`
 */
export const measureBaselines = async (
  { settings, context, opened, data, maxLength }: SearchWork,
  fullMs: number | undefined,
): Promise<ReportedBaseline[]> => {
  const { model, tokenizer } = opened;
  const lengths = data.map(({ input }) => input.ids.length);
  const options = { maxLength, batchSize: baselineBatch };
  const baselines = fullLengthBaselines(model, lengths, options);
  if (!settings.latency) return baselines;

  const places = sample([...data.keys()], settings.speedSamples, settings.seed);
  const contenders = paddings.map((padding) => {
    const to = paddedLengths(lengths, padding, options);
    const inputs = places.flatMap((place) =>
      padded(
        data.slice(place, place + 1).map(({ input }) => input),
        to[place] ?? 0,
        tokenizer.padId,
      ),
    );
    return () => predictLogits(model, inputs, { maxBatchTokens: 1, signal: context.signal });
  });
  context.note(`Measuring the full length unpadded and padded on ${places.length} texts ...`);
  const timings = await measureInTurn(contenders, {
    seconds: 0,
    leastRounds: settings.speedRepeats,
    signal: context.signal,
    now: clockFor(settings),
  });
  const unpadded = timings[0]?.p50Ms ?? Number.NaN;
  return baselines.map((baseline, i) => {
    const latencyRatio = (timings[i]?.p50Ms ?? Number.NaN) / unpadded;
    return { ...baseline, latencyMs: latencyRatio * (fullMs ?? unpadded / places.length), latencyRatio };
  });
};
