/** Two minutes of one number; a gap where the server was away. */
export const sparklineScript = /* js */ `
/** @typedef {{ at: number, value: number }} Reading */

/** @param {string} id @param {Reading[]} all @param {number} now @param {(value: number) => string} show */
const drawSparkline = (id, all, now, show) => {
  const readings = all.filter(({ value }) => isMeasured(value));
  const picture = byId(id);
  const width = picture.clientWidth - 6;
  const bottom = picture.clientHeight - 18;
  const most = Math.max(...readings.map(({ value }) => value), 0);
  const high = most > 0 ? roundUp(most * 1.05, [1, 1.5, 2, 3, 4, 5, 6, 8, 10]) : 1;
  const x = scale(now - historyMs, now, 0, width);
  const y = scale(0, high, bottom, 14);
  /** @type {Reading[][]} */
  const runs = [];
  for (const reading of readings) {
    const run = runs.at(-1);
    const before = run?.at(-1);
    if (run && before && reading.at - before.at < 3_500) run.push(reading);
    else runs.push([reading]);
  }
  const traces = runs.flatMap((run) => {
    const line = run.map(({ at, value }, i) => (i === 0 ? 'M' : 'L') + x(at).toFixed(1) + ' ' + y(value).toFixed(1)).join('');
    const [first, last] = [run[0], run.at(-1)];
    if (!first || !last) return [];
    return [svg('path', { class: 'area', d: line + 'V' + bottom + 'H' + x(first.at).toFixed(1) + 'Z' }), svg('path', { class: 'trace', d: line })];
  });
  const last = readings.at(-1);
  const clip = id + '-clip';
  picture.replaceChildren(
    svg('clipPath', { id: clip }, svg('rect', { x: 0, y: 0, width: width + 6, height: bottom + 2 })),
    svg('line', { class: 'grid', x1: 0, x2: width, y1: 14, y2: 14 }),
    svg('line', { class: 'axis', x1: 0, x2: width, y1: bottom, y2: bottom }),
    svg('text', { x: 0, y: 9 }, show(high)),
    svg('text', { x: 0, y: bottom + 15 }, '2 min ago'),
    svg('text', { x: width, y: bottom + 15, 'text-anchor': 'end' }, 'now'),
    svg('g', { 'clip-path': 'url(#' + clip + ')' }, ...traces),
    ...(last ? [svg('circle', { class: 'now', cx: x(last.at), cy: y(last.value), r: 3 })] : []),
  );
};
`;
