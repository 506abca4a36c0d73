/**
 * WGSL that ranks the slots of a row by a score each and says where the kept ones go: the best `count`, protected ones first of all, in the
 * order of the text, then the others, also in that order.
 *
 * @param widest slots of a row at most
 * @param threads of a workgroup, all of which call
 */
export const chooseCode = (widest: number, threads: number): string => `
  var<workgroup> kept : array<atomic<u32>, ${Math.ceil(widest / 32)}>;

  // What is no number comes last.
  fn ranked(score : f32) -> f32 { return select(score, -3.4e38, isnan(score)); }

  // Remembers a bit for each slot that is kept.
  fn choose(lane : i32, width : i32, count : i32, protectedTokens : i32) {
    for (var slot = lane; slot < width; slot = slot + ${threads}) {
      var rank = slot;
      if (slot >= protectedTokens) {
        let own = scoreAt(slot);
        rank = protectedTokens;
        for (var other = protectedTokens; other < width; other = other + 1) {
          let theirs = scoreAt(other);
          if (theirs > own || (theirs == own && other < slot)) { rank = rank + 1; }
        }
      }
      if (rank < count) { atomicOr(&kept[slot / 32], 1u << u32(slot % 32)); }
    }
    workgroupBarrier();
  }

  // Where a slot goes.
  fn placeOf(slot : i32, count : i32) -> i32 {
    var before = 0;
    for (var word = 0; word < slot / 32; word = word + 1) { before = before + i32(countOneBits(atomicLoad(&kept[word]))); }
    let bits = atomicLoad(&kept[slot / 32]);
    let bit = 1u << u32(slot % 32);
    before = before + i32(countOneBits(bits & (bit - 1u)));
    return select(count + slot - before, before, (bits & bit) != 0u);
  }
`;
