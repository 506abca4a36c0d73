/** The part of Node's `process` that is used. */
interface ProcessTimes {
  cpuUsage(): { readonly user: number; readonly system: number };
}

/**
 * A clock of the processor's time of this program, in milliseconds; undefined where there is none, as in browsers.
 *
 * Where passes run on one thread and nothing else does, it tells what they take on a quiet machine, whatever other programs do meanwhile: time in which the
 * processor was with those is not counted. Of several threads it counts the time of each.
 *
 * @example
 * const latency = await calibrateLatency(model, { lengths: [12, 90], now: processorTime() });
 */
export const processorTime = (): (() => number) | undefined => {
  const { process } = globalThis as { readonly process?: Partial<ProcessTimes> };
  const { cpuUsage } = process ?? {};
  if (typeof cpuUsage !== 'function') return undefined;
  return () => {
    const { user, system } = cpuUsage();
    return (user + system) / 1000;
  };
};
