/** Threads that share the work on one row. */
export const rowThreads = 64;

/** `reduceSum(own, lane)` and `reduceMax(own, lane)`: over the threads of a workgroup; every one of them must call it. */
export const reductions = `
  var<workgroup> lanes : array<f32, ${rowThreads}>;

  ${[
    ['Sum', 'lanes[lane] + lanes[lane + span]'],
    ['Max', 'max(lanes[lane], lanes[lane + span])'],
  ]
    .map(
      ([name, joined]) => `
  fn reduce${name}(own : f32, lane : i32) -> f32 {
    lanes[lane] = own;
    workgroupBarrier();
    for (var span = ${rowThreads / 2}; span > 0; span = span / 2) {
      if (lane < span) { lanes[lane] = ${joined}; }
      workgroupBarrier();
    }
    let all = lanes[0];
    workgroupBarrier();
    return all;
  }`,
    )
    .join('\n')}
`;
