import { defineCommand } from '../context/command.js';

export const benchCommand = defineCommand({
  name: 'bench',
  summary: 'Measure latency and throughput of length configurations, engines and baselines side by side',
  help: `All contenders take turns in one run. Columns: time of a batch, inputs a second, throughput against the full length of
the same engine (x full) and against the first row (x first), MACs saved, and how much of that saving arrives as time.

Examples:
  lat bench --model runs/sst2/model
  lat bench --model runs/sst2/model --engines onnx,tfjs --precision fp32,int8 --configs 'full,0,3;0.8,0.6,0.5,0.4' --out runs/bench`,
  options: async () => (await import('./options.js')).benchOptions,
  run: async (settings, context) => (await import('./bench.js')).bench(settings, context),
});
