import { processorTime } from '@length-adaptive/models';

/** What passes are timed by: on one thread by the processor's time, which other programs do not add to; else by that of the wall. */
export const clockFor = ({ threads }: { readonly threads: number | undefined }): (() => number) | undefined =>
  threads === 1 ? processorTime() : undefined;
