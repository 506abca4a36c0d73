/** Images as tokens, as operators of a graph. */
import { patchCount, patchGrid, patchSize } from '@length-adaptive/core/encoder';
import type { ImageShape, PatchWeights, WeightTree } from '@length-adaptive/core/encoder';
import type { GraphBuilder, Value } from '../graph/graph-builder.js';
import type { WeightEmitter } from './precision.js';

/** The patches of images, one row each: [B, channels, height, width] -> [B, P, channels * patch * patch]. */
const cutPatches = (g: GraphBuilder, pixels: Value, image: ImageShape): Value => {
  const { channels, patch } = image;
  const { rows, columns } = patchGrid(image);
  const [height, width] = [rows * patch, columns * patch];
  const isWhole = height === image.height && width === image.width;
  const read = isWhole ? pixels : g.op('Slice', [pixels, g.int64([0, 0]), g.int64([height, width]), g.int64([2, 3])]);
  const squares = g.op('Reshape', [read, g.int64([0, channels, rows, patch, columns, patch])]);
  const together = g.op('Transpose', [squares], { perm: [0, 2, 4, 1, 3, 5] });
  return g.op('Reshape', [together, g.int64([0, patchCount(image), patchSize(image)])]);
};

/** What stands before the patches, and a token of each of them: [B, 1 + P, hidden], or one more before them. */
export const patchesOnGraph = <Leaf>(
  g: GraphBuilder,
  {
    first,
    weights: { projection, second, image },
    emit,
    pixels,
    size,
  }: {
    readonly first: Leaf;
    readonly weights: WeightTree<PatchWeights, Leaf>;
    readonly emit: WeightEmitter<Leaf>;
    /** [B, channels, height, width] float32 */
    readonly pixels: Value;
    /** Width of a state. */
    readonly size: number;
  },
): Value => {
  const tokens = emit.dense(g, cutPatches(g, pixels, image), projection); // [B, P, hidden]
  const own = [first, ...(second === undefined ? [] : [second])].map((leaf) => emit.whole(g, leaf));
  const leading = own.length === 1 ? (own[0] as Value) : g.op('Concat', own, { axis: 0 });
  const rows = g.op('Slice', [g.op('Shape', [pixels]), g.int64([0]), g.int64([1])]);
  const each = g.op('Expand', [leading, g.op('Concat', [rows, g.int64([own.length, size])], { axis: 0 })]);
  return g.op('Concat', [each, tokens], { axis: 1 });
};
