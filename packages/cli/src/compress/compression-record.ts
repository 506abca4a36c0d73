import { basename } from 'node:path';
import { isFullPoint, pointKey } from '@length-adaptive/core';
import type { LengthAdaptiveFile, ParetoPoint } from '@length-adaptive/models';
import type { CompressSettings } from './options.js';
import { currentVersions } from '../run-folder/versions.js';
import type { Comparison } from './compare-scores.js';

/** What came out smaller, and by how much. */
export interface Compression {
  readonly weights: CompressSettings['weights'];
  /** Tokens of the vocabulary. */
  readonly vocabulary: { readonly before: number; readonly after: number };
  /** Bytes of the weights. */
  readonly bytes: { readonly before: number; readonly after: number };
}

/** The record with what was done to the model; its scores stay those of the model before. */
export const withCompression = (
  file: LengthAdaptiveFile,
  { weights, vocabulary }: Pick<Compression, 'weights' | 'vocabulary'>,
  { data }: Pick<CompressSettings, 'data'>,
): LengthAdaptiveFile => ({
  ...file,
  compression: {
    weights,
    ...(vocabulary.after < vocabulary.before && {
      vocabulary: vocabulary.after,
      of: vocabulary.before,
      ...(data !== undefined && { counted: basename(data) }),
    }),
    scores: 'before',
    tool: `@length-adaptive/cli ${currentVersions().packages['@length-adaptive/cli']}`,
  },
});

/** The record with the scores and costs of the model as it was written. */
export const withScores = (
  { search, ...file }: LengthAdaptiveFile,
  { dev, metrics: [metric, reported], points: compared, examples, meanTokens }: Comparison,
): LengthAdaptiveFile => {
  const points = compared.map(({ point, cost, macs, flips, scores: [score, heldOutScore] }): ParetoPoint => ({
    ...{ point, score: score?.after ?? Number.NaN, cost, macs },
    ...(heldOutScore && { heldOutScore: heldOutScore.after }),
    ...(flips !== undefined && { flips }),
  }));
  const full = points.find(({ point }) => isFullPoint(point));
  const searched = new Set(file.paretoSet.map(({ point }) => pointKey(point)));
  // What told of times, and of other examples, is of the run before.
  const { calibration: _calibration, speed: _speed, heldOut: _heldOut, split: searchedOn, ...rest } = search ?? {};
  const split = basename(dev);
  return {
    ...file,
    search: {
      ...{ ...rest, metric, split, examples, meanTokens: meanTokens.after },
      ...(full && { full }),
      ...(searchedOn !== undefined && { searchedOn }),
      ...(reported !== undefined && { heldOut: { split, examples, metric: reported } }),
    },
    compression: { ...(file['compression'] as object), scores: 'after' },
    paretoSet: points.filter(({ point }) => searched.has(pointKey(point))),
  };
};
