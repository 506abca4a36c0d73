/** Numbers as a person reads them. */
export const formatScript = /* js */ `
const counts = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const digits = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });
const scores = new Intl.NumberFormat('en', { maximumSignificantDigits: 4 });

/** What was never measured comes as null. @param {number | null | undefined} value @returns {value is number} */
const isMeasured = (value) => typeof value === 'number' && Number.isFinite(value);

/** @param {number | null | undefined} value */
const showNumber = (value) => (isMeasured(value) ? digits.format(value) : '–');

/** @param {number | null | undefined} score */
const showScore = (score) => (isMeasured(score) ? scores.format(score) : 'not measured');

/** @param {number} share */
const showShare = (share) => {
  const percent = share * 100;
  return (percent > 0 && percent < 10 ? digits.format(Number(percent.toFixed(1))) : counts.format(percent)) + ' %';
};

/** A number and its unit. @param {number | null} ms @returns {[string, string]} */
const splitMs = (ms) => {
  if (!isMeasured(ms)) return ['–', 'ms'];
  if (ms >= 1000) return [digits.format(ms / 1000), 's'];
  return [ms >= 100 ? counts.format(ms) : digits.format(Number(ms.toFixed(1))), 'ms'];
};

/** @param {number} bytes */
const showMiB = (bytes) => digits.format(bytes / 2 ** 20) + ' MiB';

/** @param {number} seconds */
const showDuration = (seconds) => {
  /** @type {[number, string][]} */
  const parts = [[Math.floor(seconds / 86400), 'd'], [Math.floor(seconds / 3600) % 24, 'h'], [Math.floor(seconds / 60) % 60, 'min'], [Math.floor(seconds) % 60, 's']];
  const first = parts.findIndex(([count]) => count > 0);
  return first < 0 ? '0 s' : parts.slice(first, first + 2).map(([count, unit]) => count + ' ' + unit).join(' ');
};

/** @param {readonly number[]} config */
const showConfig = (config) => config.map((ratio) => ratio.toFixed(2)).join(' ');
`;
