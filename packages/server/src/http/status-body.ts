import type { Bits, Ranks } from '@length-adaptive/core';
import type { ParetoPoint } from '@length-adaptive/models';
import type { ModelStatus } from '../service.js';

/** A model's status as `GET /v1/status` gives it: a point's lengths, ranks and bits under names of their own. */
export interface StatusBody extends Omit<ModelStatus, 'paretoSet'> {
  readonly paretoSet: readonly (Omit<ParetoPoint, 'point'> & {
    readonly lengthConfig: readonly number[];
    readonly ranks?: Ranks;
    readonly bits?: Bits;
  })[];
}

/** A status as clients read it. */
export const statusBody = ({ paretoSet, ...status }: ModelStatus): StatusBody => ({
  ...status,
  paretoSet: paretoSet.map(({ point: { lengths = [], ranks, bits }, ...measured }) => ({
    lengthConfig: lengths,
    ...(ranks && { ranks }),
    ...(bits !== undefined && { bits }),
    ...measured,
  })),
});
