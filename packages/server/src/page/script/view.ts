/** One model on the page. */
export const viewScript = /* js */ `
/** @type {ModelStatus | undefined} */
let shown;
/** The point that the reader points at. @type {number | undefined} */
let pointedAt;
let drawn = '';

/** @param {ModelStatus} model */
const reading = (model) => Math.min(pointedAt ?? model.operatingPoint, model.paretoSet.length - 1);

/** @param {number | undefined} index */
const choose = (index) => {
  pointedAt = index;
  if (!shown) return;
  markChosen(reading(shown));
  drawReading(shown, reading(shown));
};

/** What stands below the name: whether load makes answers shorter now. @param {ModelStatus} model @returns {(string | Node)[]} */
const verdict = (model) => {
  const all = model.paretoSet.length;
  const held = all - 1 - model.operatingPoint;
  const cost = model.paretoSet[model.operatingPoint]?.cost;
  if (!model.ready) return [html('b', 'Not ready.'), ' This model does not answer yet.'];
  if (all < 2) return [html('b', 'One configuration.'), ' This model was not searched: every text runs at the same length. lat search finds shorter ones.'];
  if (held <= 0) return [html('b', 'Nothing is held back.'), ' Every request can have the best score that its budget allows.'];
  const most = cost === undefined ? '' : ': at most ' + showShare(cost) + ' of the full cost, unless a request asks for more';
  return [html('b', held + ' of ' + all + ' configurations held back.'), ' Load makes answers shorter before it refuses any' + most + '.'];
};

/** What it takes of memory; empty where that was not measured. @param {ModelStatus} model */
const showMemory = ({ memory }) => {
  if (!memory) return '';
  const weights = memory.weightBytes === undefined ? '' : ' for ' + showMiB(memory.weightBytes) + ' of weights';
  return showMiB(memory.openedBytes) + ' of memory' + weights;
};

/** @param {string} id @param {string | readonly [string, string]} value @param {string} note @param {string} [lit] */
const writeTile = (id, value, note, lit = '') => {
  const tile = byId(id);
  const [number, unit] = typeof value === 'string' ? [value, ''] : value;
  tile.querySelector('.value')?.replaceChildren(...(unit ? [number + ' ', html('small', unit)] : [number]));
  write(tile.querySelector('.note'), note);
  tile.dataset.lit = lit;
};

/** @param {ModelStatus} model @param {Sample[]} samples */
const drawTiles = (model, samples) => {
  const { overheadMs, msPerGigaMac } = model.speed;
  const first = samples[0] ?? model;
  const recent = model.answered - first.answered;
  const recentShare = recent > 0 ? (model.degraded - first.degraded) / recent : 0;
  writeTile('queued', counts.format(model.queued), 'texts waiting');
  writeTile('running', counts.format(model.running), 'texts in batches');
  writeTile('degraded', model.answered > 0 ? showShare(model.degraded / model.answered) : '0 %', showShare(recentShare) + ' in 2 minutes', recentShare > 0 ? 'warm' : '');
  writeTile('refused', counts.format(model.refused), 'since the start', model.refused > first.refused ? 'alarm' : '');
  writeTile('expired', counts.format(model.expired), 'since the start', model.expired > first.expired ? 'alarm' : '');
  writeTile('speed', [showNumber(msPerGigaMac), 'ms/GMAC'], '+ ' + showNumber(overheadMs) + ' ms a batch');
};

/** @param {ModelStatus} model @param {number} now */
const drawModel = (model, now) => {
  const samples = histories.get(keyOf(model)) ?? [];
  const held = model.operatingPoint < model.paretoSet.length - 1;
  if (!shown || keyOf(shown) !== keyOf(model)) pointedAt = undefined;
  shown = model;
  byId('model').hidden = false;
  write(byId('name'), model.name);
  const labels = model.labels.length > 6 ? model.labels.length + ' labels' : model.labels.join(', ');
  write(byId('about'), ['version ' + model.version, model.task.replaceAll('-', ' '), model.engine, counts.format(model.positions) + ' tokens', showMemory(model), labels].filter(Boolean).join('\u00a0· '));
  const words = verdict(model);
  if (byId('verdict').textContent !== words.map((word) => (typeof word === 'string' ? word : word.textContent)).join('')) byId('verdict').replaceChildren(...words);

  const picture = [keyOf(model), model.operatingPoint, byId('scatter').clientWidth, byId('scatter').clientHeight, JSON.stringify(model.paretoSet)].join('|');
  byId('legend').hidden = model.paretoSet.length < 2;
  if (picture !== drawn) {
    drawn = picture;
    drawScatter(model, choose);
    choose(pointedAt);
  }
  writeGauge('delay-now', splitMs(model.queueDelayMs));
  byId('delay').classList.toggle('warm', held);
  drawSparkline('delay', samples.map(({ at, delay }) => ({ at, value: delay })), now, (value) => splitMs(value).join(' '));
  const speeds = rates(samples);
  writeGauge('rate-now', [showNumber(speeds.at(-1)?.value), 'texts/s']);
  drawSparkline('rate', speeds, now, (value) => digits.format(value) + '/s');
  drawTiles(model, samples);
};
`;
