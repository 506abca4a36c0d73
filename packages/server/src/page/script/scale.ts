/** From numbers to places. */
export const scaleScript = /* js */ `
/** The round number at or above: one of these factors times a power of ten. @param {number} value @param {readonly number[]} factors */
const roundUp = (value, factors) => {
  const power = 10 ** Math.floor(Math.log10(value));
  return (factors.find((factor) => factor * power >= value * (1 - 1e-9)) ?? 10) * power;
};

/** Round numbers from low to high. @param {number} low @param {number} high @param {number} wanted how many, about */
const ticks = (low, high, wanted) => {
  const step = roundUp((high - low) / wanted, [1, 2, 2.5, 5, 10]);
  /** @type {number[]} */
  const found = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-6; i++) found.push(Number((i * step).toPrecision(12)));
  return found;
};

/** @param {number} low @param {number} high @param {number} from @param {number} to @returns {(value: number) => number} */
const scale = (low, high, from, to) => (value) => from + ((value - low) / (high - low || 1)) * (to - from);
`;
