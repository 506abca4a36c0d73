/** One point of the Pareto set, read out: a bar for each layer, its numbers, its length configuration. */
export const profileScript = /* js */ `
/** @param {readonly number[]} config */
const drawProfile = (config) => {
  const picture = byId('profile');
  const width = picture.clientWidth;
  const height = picture.clientHeight - 20;
  const pitch = width / config.length;
  const bar = Math.min(pitch - 3, 34);
  const every = Math.ceil(26 / pitch);
  const bars = config.flatMap((ratio, layer) => {
    const x = pitch * layer + (pitch - bar) / 2;
    const name = layer % every === 0 ? [svg('text', { x: x + bar / 2, y: height + 15 }, String(layer + 1))] : [];
    return [
      svg('rect', { class: 'all', x, y: 0, width: bar, height, rx: 3 }),
      svg('rect', { x, y: height * (1 - ratio), width: bar, height: height * ratio, rx: Math.min(3, (height * ratio) / 2) }),
      ...name,
    ];
  });
  picture.replaceChildren(...bars);
  picture.setAttribute('aria-label', 'Share of tokens that each layer keeps: ' + config.map((ratio) => showShare(ratio)).join(', '));
};

/** A score with what it is. @param {string} score @param {string | undefined} metric */
const withMetric = (score, metric) => (metric === undefined ? score : score + ' ' + metric.replaceAll('_', ' '));

/** @param {ModelStatus} model @param {number} index */
const drawReading = (model, index) => {
  const point = model.paretoSet[index];
  const held = index > model.operatingPoint;
  byId('profile').classList.toggle('held', held);
  write(byId('profile-name'), index === model.operatingPoint ? 'Operating point' : held ? 'Held back' : 'Allowed');
  if (!point) return;
  /** @type {[string, string][]} */
  const facts = [['Point', index + 1 + ' of ' + model.paretoSet.length], ['Score', withMetric(showScore(point.score), model.scoreScale?.metric)], ['Cost', showShare(point.cost) + ' of full MACs']];
  if (isMeasured(point.heldOutScore)) facts.push(['Held-out', withMetric(showScore(point.heldOutScore), model.scoreScale?.heldOut?.metric)]);
  if (point.macs !== undefined) facts.push(['MACs', digits.format(point.macs / 1e9) + ' G']);
  if (point.latencyMs !== undefined) facts.push(['Latency', splitMs(point.latencyMs).join(' ')]);
  byId('reading').replaceChildren(...facts.flatMap(([name, value]) => [html('dt', name), html('dd', value)]));
  write(byId('config'), showConfig(point.lengthConfig));
  drawProfile(point.lengthConfig); // last: it fills what the numbers leave
};
`;
