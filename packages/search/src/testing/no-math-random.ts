/* eslint-disable no-restricted-properties -- it is what this file is about */
/** For the whole test run: whoever in this package calls `Math.random` gets an error. (Test libraries may.) */
const original = Math.random;

Math.random = () => {
  const caller = (new Error().stack ?? '').split('\n')[2] ?? '';
  if (/packages.search.src/.test(caller))
    throw new Error(`Math.random was called ${caller.trim()}: every choice must come from a seeded generator.`);
  return original();
};
