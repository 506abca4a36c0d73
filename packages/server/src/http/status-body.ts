import type { ParetoPoint } from '@length-adaptive/models';
import type { ModelStatus } from '../service.js';

/** A model's status as `GET /v1/status` gives it: of a point's lengths, under their own name. */
export interface StatusBody extends Omit<ModelStatus, 'paretoSet'> {
  readonly paretoSet: readonly (Omit<ParetoPoint, 'point'> & { readonly lengthConfig: readonly number[] })[];
}

/** A status as clients read it. */
export const statusBody = ({ paretoSet, ...status }: ModelStatus): StatusBody => ({
  ...status,
  paretoSet: paretoSet.map(({ point: { lengths = [] }, ...measured }) => ({ lengthConfig: lengths, ...measured })),
});
