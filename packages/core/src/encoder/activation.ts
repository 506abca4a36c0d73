/**
 * What stands between two maps: `gelu` is the exact Gaussian error linear unit, `gelu_new` its approximation by tanh,
 * `quick_gelu` the one by a sigmoid.
 */
export type Activation = 'gelu' | 'gelu_new' | 'relu' | 'silu' | 'quick_gelu' | 'tanh';
