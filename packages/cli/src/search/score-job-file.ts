/** The module that the threads of a worker load: beside this one, in the sources as in the built package. */
export const scoreJobFile = (): URL =>
  new URL(import.meta.url.endsWith('.ts') ? './score-job.ts' : './score-job.js', import.meta.url);
