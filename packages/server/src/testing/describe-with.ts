import { programMissing, type Program } from '@length-adaptive/tools/testing/program-missing';

/** Describes tests that start these programs; where one is missing they are skipped, and say why. */
export const describeWith = (programs: readonly Program[], name: string, tests: () => void): void => {
  const missing = programs.map(programMissing).find((reason) => reason !== undefined);
  if (missing === undefined) describe(name, tests);
  else describe.skip(`${name} (skipped: ${missing})`, tests);
};
