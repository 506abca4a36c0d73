import type { LengthAdaptiveFile } from './length-adaptive-file.js';
import { isRecord } from '../sources/json-record.js';

/** The mean cosine to the vectors of an index from which a model's own vectors may lie beside them. */
const leastCosine = 0.97;

/**
 * The digest of the weights whose index a model's vectors lie in: of a model that was adapted, its original's, where its folder states that its
 * vectors at full length are near enough to those; else undefined.
 */
export const indexDigest = ({ training }: Pick<LengthAdaptiveFile, 'training'> = {}): string | undefined => {
  const { originalWeights, devScore } = training ?? {};
  const cosine = isRecord(devScore) ? devScore['full'] : undefined;
  return typeof originalWeights === 'string' && typeof cosine === 'number' && cosine >= leastCosine
    ? originalWeights
    : undefined;
};
