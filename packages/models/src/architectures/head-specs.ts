import type { Architecture, Dimensions, HeadWeights, Readout } from './architecture.js';
import type { SpecTree } from './parameter-specs.js';

/** Names and shapes of a head's weights; nothing for a task that takes states as they are. */
export const headSpecs = (
  architecture: Pick<Architecture, 'head'>,
  dimensions: Dimensions,
  readout: Readout,
): SpecTree<HeadWeights> => (readout.layer === 'none' ? {} : architecture.head(dimensions, readout));
