import type { OperatingPoint } from '@length-adaptive/core';
import type { ScorePoints } from '@length-adaptive/models';
import type { Context } from '../context/command.js';
import { quoted } from '../context/command-line.js';
import type { LengthStudy } from './length-study.js';
import { defaultQueue, queuePackage } from './queue-package.js';

/** Where the workers are. */
export interface QueueSettings {
  readonly redis: string;
  readonly queue: string | undefined;
}

/** Scores that come from workers. */
export interface ScoresElsewhere {
  readonly score: ScorePoints;
  close(): Promise<void>;
}

/**
 * Looks whether there is a Redis, before anything expensive begins.
 *
 * @throws CliError `PEER_MISSING`; QueueError `REDIS_UNREACHABLE`, `OPTION_INVALID`
 */
export const checkQueue = async (redis: string): Promise<void> => (await queuePackage()).checkRedis(redis);

/** Has the points of a study scored by the workers of a queue. */
export const scoreElsewhere = async (
  { redis, queue = defaultQueue }: QueueSettings,
  study: LengthStudy,
  { note }: Pick<Context, 'note'>,
): Promise<ScoresElsewhere> => {
  const { queueEvaluator, showAddress } = await queuePackage();
  let hear: (key: string, score: number) => void = () => undefined;
  const { evaluate, close } = queueEvaluator<OperatingPoint, 'score'>({
    ...{ connection: redis, queue, study },
    onResult: (key, result) => hear(key, Number(result['score' as keyof typeof result])),
    onNoWorker: () =>
      note(
        `Nobody takes the configurations. Start workers: lat worker --redis ${showAddress(redis)}${queue === defaultQueue ? '' : ` --queue ${quoted(queue)}`}`,
      ),
  });
  return {
    close,
    score: async (points, { keys, signal, onScore }) => {
      hear = (key, score) => onScore?.(keys.indexOf(key), score);
      const results = await evaluate(points, { keys, generation: 0, ...(signal && { signal }) });
      return results.map((result) => ('score' in result ? result.score : Number.NaN));
    },
  };
};
