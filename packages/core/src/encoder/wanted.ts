/**
 * Whose states are wanted. `first`: the first token alone, [B, hidden], so that the last layer computes nothing else; `all`: every token
 * where it stood in the input; `survivors`: those that are left.
 */
export type Wanted = 'first' | 'all' | 'survivors';
