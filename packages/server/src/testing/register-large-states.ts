/** A module as `node --import` takes it: makes a reducer known to a process and to its threads. */
import { registerReducer } from '@length-adaptive/core/encoder';

registerReducer({
  name: 'large-states',
  create: () => ({ name: 'large-states', score: (ops, { entering, tokens }) => ops.magnitudes(entering, tokens) }),
});
