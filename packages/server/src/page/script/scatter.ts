/** The Pareto set: cost to the right, score upwards, what load holds back hollow, a cursor at the operating point. */
export const scatterScript = /* js */ `
const margin = { left: 46, right: 26, top: 12, bottom: 40 };

/** The scores between which the picture lies. @param {ModelStatus} model @returns {[number, number]} */
const scoreRange = (model) => {
  const measured = model.paretoSet.map(({ score }) => score).filter(isMeasured);
  if (measured.length === 0) return [0, 1];
  const low = Math.min(...measured);
  const high = Math.max(...measured);
  const air = (high - low) * 0.08 || Math.abs(high) * 0.05 || 1;
  return [low - air, high + air];
};

/** @param {ModelStatus} model @param {number} index */
const describePoint = (model, index) => {
  const point = model.paretoSet[index];
  if (!point) return '';
  const state = index > model.operatingPoint ? 'held back' : index === model.operatingPoint ? 'operating point' : 'allowed';
  return 'Point ' + (index + 1) + ' of ' + model.paretoSet.length + ', ' + state + ': score ' + showScore(point.score) + ', cost ' + showShare(point.cost) + ', length configuration ' + showConfig(point.lengthConfig);
};

/** A step between each point and the next, as the best score at a cost. @param {[number, number][]} places */
const stair = (places) => places.map(([x, y], i) => (i === 0 ? 'M' + x + ' ' + y : 'H' + x + 'V' + y)).join('');

/** A value in a small plate on an axis. @param {string} text @param {number} x its middle @param {number} y its middle @param {number} width */
const plate = (text, x, y, width) => svg('g', {}, svg('rect', { x: x - width / 2, y: y - 9, width, height: 18, rx: 4 }), svg('text', { x, y: y + 4 }, text));

/** @param {string | undefined} index */
const focusPoint = (index) => {
  const next = byId('scatter').querySelector('[data-index="' + index + '"]');
  if (next instanceof SVGElement) next.focus();
};

/** One point is read: by pointer, by keyboard, else the operating point. Tab goes to it, arrows to its neighbours. @param {number} chosen */
const markChosen = (chosen) => {
  for (const element of byId('scatter').querySelectorAll('.point')) {
    const here = element.getAttribute('data-index') === String(chosen);
    element.classList.toggle('chosen', here);
    element.setAttribute('tabindex', here ? '0' : '-1');
  }
};

/** @param {ModelStatus} model @param {(index: number | undefined) => void} choose called with what is read, or with nothing when reading ends */
const drawScatter = (model, choose) => {
  const picture = byId('scatter');
  const focused = picture.contains(document.activeElement) ? document.activeElement?.getAttribute('data-index') : undefined;
  const width = picture.clientWidth;
  const height = picture.clientHeight;
  const right = width - margin.right;
  const bottom = height - margin.bottom;
  const [low, high] = scoreRange(model);
  const searched = model.paretoSet.some(({ score }) => isMeasured(score));
  const x = scale(0, 1, margin.left, right);
  const y = scale(low, high, bottom, margin.top);
  /** @type {[number, number][]} */
  const places = model.paretoSet.map(({ cost, score }) => [x(cost), y(searched ? (isMeasured(score) ? score : low) : 0.5)]);
  const operating = places[model.operatingPoint];
  const point = model.paretoSet[model.operatingPoint];

  const grid = searched ? ticks(low, high, 4).map((value) => svg('g', {},
    svg('line', { class: 'grid', x1: margin.left, x2: right, y1: y(value), y2: y(value) }),
    ...(operating && Math.abs(operating[1] - y(value)) < 16 ? [] : [svg('text', { x: margin.left - 9, y: y(value) + 4, 'text-anchor': 'end' }, scores.format(value))]))) : [];
  const axis = [0, 0.2, 0.4, 0.6, 0.8, 1].map((value) => svg('g', {},
    svg('line', { class: 'axis', x1: x(value), x2: x(value), y1: bottom, y2: bottom + 4 }),
    ...(operating && Math.abs(operating[0] - x(value)) < 44 ? [] : [svg('text', { x: x(value), y: bottom + 17, 'text-anchor': 'middle' }, showShare(value))])));
  const names = [
    svg('line', { class: 'axis', x1: margin.left, x2: right, y1: bottom, y2: bottom }),
    svg('text', { x: right, y: height - 4, 'text-anchor': 'end' }, 'cost, share of full MACs'),
    ...(searched
      ? [svg('text', { x: margin.left, y: height - 4 }, '↑ score')]
      : [svg('text', { class: 'empty', x: (margin.left + right) / 2, y: y(0.5) + 4, 'text-anchor': 'middle' }, 'no score was measured')]),
  ];
  const lines = [
    svg('path', { class: 'stair', d: stair(places.slice(0, model.operatingPoint + 1)) }),
    svg('path', { class: 'stair held', d: stair(places.slice(model.operatingPoint)) }),
  ];
  const cursor = operating && point ? [svg('g', { class: 'cursor', 'aria-hidden': 'true' },
    svg('line', { x1: operating[0], x2: operating[0], y1: operating[1] + 10, y2: bottom }),
    ...(searched ? [svg('line', { x1: margin.left, x2: operating[0] - 10, y1: operating[1], y2: operating[1] })] : []),
    svg('circle', { class: 'halo', cx: operating[0], cy: operating[1], r: 15 }),
    svg('circle', { cx: operating[0], cy: operating[1], r: 9 }),
    plate(showShare(point.cost), operating[0], bottom + 13, 46),
    ...(searched && isMeasured(point.score) ? [plate(showScore(point.score), margin.left - 23, operating[1], 46)] : []))] : [];
  const points = places.map(([cx, cy], index) => {
    const held = index > model.operatingPoint;
    const operating = index === model.operatingPoint;
    const element = svg('g', { class: 'point' + (held ? ' held' : '') + (operating ? ' operating' : ''), role: 'img', 'data-index': index, 'aria-label': describePoint(model, index) },
      svg('circle', { class: 'reach', cx, cy, r: 11 }),
      svg('circle', { class: 'dot', cx, cy, r: operating ? 5.5 : 4.5 }));
    for (const event of ['pointerenter', 'focus']) element.addEventListener(event, () => choose(index));
    for (const event of ['pointerleave', 'blur']) element.addEventListener(event, () => choose(undefined));
    element.addEventListener('keydown', (event) => {
      const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
      if (step === undefined) return;
      event.preventDefault();
      focusPoint(String(index + step));
    });
    return element;
  });
  const above = points.splice(model.operatingPoint, 1); // no neighbour covers the operating point
  picture.replaceChildren(...grid, ...axis, ...names, ...lines, ...cursor, ...points, ...above);
  if (focused) focusPoint(focused);
};
`;
