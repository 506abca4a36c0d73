/**
 * Whose states are wanted. `first`: the first token alone, [B, hidden], so that the last layer computes nothing else; `all`: every token
 * where it stood in the input; `kept`: the same with zeros for those that left for good; `survivors`: those that are left, side by side.
 */
export type Wanted = 'first' | 'all' | 'kept' | 'survivors';
