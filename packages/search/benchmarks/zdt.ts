/**
 * Hypervolume and speed on ZDT1 and ZDT2: `node --import tsx benchmarks/zdt.ts [seeds, default 11] [--json]`.
 * Hypervolume is of the last population, at (1.1, 1.1).
 */
import { Nsga2 } from '../src/index.js';
import { zdt1, zdt2 } from '../src/testing/zdt.js';

const EVALUATIONS = 25_000;

const spread = (numbers: readonly number[]) => {
  const sorted = [...numbers].sort((a, b) => a - b);
  return { least: sorted[0] ?? NaN, median: sorted[sorted.length >> 1] ?? NaN, most: sorted.at(-1) ?? NaN };
};

const measure = async (problem: typeof zdt1, seeds: number) => {
  const volumes: number[] = [];
  const speeds: number[] = [];
  for (let seed = 1; seed <= seeds; seed += 1) {
    const search = new Nsga2(problem, { seed, evaluations: EVALUATIONS, reference: { f1: 1.1, f2: 1.1 } });
    const start = performance.now();
    let volume = 0;
    await search.run({ onGeneration: (report) => void (volume = report.hypervolume ?? 0) });
    speeds.push((EVALUATIONS / (performance.now() - start)) * 1000);
    volumes.push(volume);
  }
  return { hypervolume: spread(volumes), evaluationsPerSecond: spread(speeds) };
};

const main = async (seeds: number, json: boolean): Promise<void> => {
  const results = { zdt1: await measure(zdt1, seeds), zdt2: await measure(zdt2, seeds) };
  if (json) return console.log(JSON.stringify(results));
  for (const [name, { hypervolume: volume, evaluationsPerSecond: speed }] of Object.entries(results)) {
    console.log(
      `${name}: hypervolume ${volume.median.toFixed(5)} (${volume.least.toFixed(5)} to ${volume.most.toFixed(5)}), ` +
        `${Math.round(speed.median)} evaluations/s (${Math.round(speed.least)} to ${Math.round(speed.most)}), ${seeds} seeds`,
    );
  }
};

void main(Number(process.argv[2] ?? 11), process.argv.includes('--json'));
