/** What the page remembers of each model: two minutes. */
export const historyScript = /* js */ `
const historyMs = 120_000;
/** A rate is taken over so long: a batch is answered at once. */
const rateMs = 3_000;

/** @typedef {{ at: number, delay: number, answered: number, degraded: number, refused: number, expired: number }} Sample */
/** @type {Map<string, Sample[]>} */
const histories = new Map();

/** @param {ModelStatus} model */
const keyOf = (model) => model.name + '@' + model.version;

/** @param {ModelStatus} model @param {number} at */
const remember = (model, at) => {
  const known = histories.get(keyOf(model)) ?? [];
  const restarted = (known.at(-1)?.answered ?? 0) > model.answered;
  // One sample more than two minutes: the trace runs out of the picture on the left.
  const kept = restarted ? [] : known.filter((sample) => at - sample.at <= historyMs + 2_000);
  const { queueDelayMs: delay, answered, degraded, refused, expired } = model;
  histories.set(keyOf(model), [...kept, { at, delay, answered, degraded, refused, expired }]);
};

/** Texts a second at each sample but the first. @param {Sample[]} samples */
const rates = (samples) =>
  samples.slice(1).map((sample, i) => {
    const before = samples.find((earlier) => sample.at - earlier.at <= rateMs + 200);
    const from = before === undefined || before === sample ? samples[i] : before;
    const seconds = from ? (sample.at - from.at) / 1000 : 0;
    return { at: sample.at, value: from && seconds > 0 ? (sample.answered - from.answered) / seconds : 0 };
  });
`;
