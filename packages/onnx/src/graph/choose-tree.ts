import type { GraphBuilder, Value } from './graph-builder.js';

/** The values of a tree, in the order of its keys. */
const flatten = (tree: unknown): Value[] =>
  typeof tree === 'object' && tree !== null
    ? Object.values(tree).flatMap(flatten)
    : tree === undefined
      ? []
      : [tree as Value];

/** A tree of the shape of `like`, of other values. */
const rebuild = (like: unknown, values: Value[]): unknown =>
  typeof like === 'object' && like !== null
    ? Object.fromEntries(Object.entries(like).map(([key, item]) => [key, rebuild(item, values)]))
    : like === undefined
      ? undefined
      : values.shift();

/**
 * `If`: runs one of two branches, each of which gives a tree of values. Both trees have the same keys in the same order, and lack the same
 * values.
 */
export const chooseTree = <Tree extends object>(
  g: GraphBuilder,
  condition: Value,
  then: (branch: GraphBuilder) => Tree,
  otherwise: Tree,
): Tree => {
  const chosen = g.choose(
    condition,
    (branch) => flatten(then(branch)),
    () => flatten(otherwise),
  );
  return rebuild(otherwise, [...chosen]) as Tree;
};

/** The same where both trees are made in their branches. */
export const chooseOf = <Tree extends object>(
  g: GraphBuilder,
  condition: Value,
  then: (branch: GraphBuilder) => Tree,
  otherwise: (branch: GraphBuilder) => Tree,
): Tree => {
  let like: Tree | undefined;
  const chosen = g.choose(
    condition,
    (branch) => flatten(then(branch)),
    (branch) => flatten((like = otherwise(branch))),
  );
  return rebuild(like, [...chosen]) as Tree;
};
