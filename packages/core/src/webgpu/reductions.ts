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

/**
 * Writes a row, normalised, by the threads of its workgroup. Reads `row`, `rows`, `size`, `lane`, `uniforms.epsilon`, `gain` and `bias`.
 *
 * @param value WGSL of number `i` of the row
 */
export const normCode = (value: string): string => `
  var sum = 0.0;
  for (var i = lane; i < size; i = i + ${rowThreads}) { sum = sum + (${value}); }
  let mean = reduceSum(sum, lane) / f32(size);

  var squares = 0.0;
  for (var i = lane; i < size; i = i + ${rowThreads}) {
    let centred = ${value} - mean;
    squares = squares + centred * centred;
  }
  let scale = inverseSqrt(reduceSum(squares, lane) / f32(size) + uniforms.epsilon);
  if (row < rows) {
    for (var i = lane; i < size; i = i + ${rowThreads}) {
      result[row * size + i] = (${value} - mean) * scale * gain[i] + bias[i];
    }
  }
`;
