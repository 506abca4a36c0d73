import { defineCommand } from '../context/command.js';

export const factoriseCommand = defineCommand({
  name: 'factorise',
  summary: 'Give the matrices of a model factors of low rank, near in what comes out of them on texts',
  help: `Writes a model that every command opens, without training it. Its weights are whole matrices for every other tool, with the factors in
a file beside them.

Examples:
  lat factorise --model runs/sst2/model --texts train.tsv --out any-rank
  lat evaluate --model any-rank --data dev.tsv --length-config "full;ranks=0.5"
  lat factorise --model runs/sst2/model --texts train.tsv --rank 0.5 --out half`,
  options: async () => (await import('./options.js')).factoriseOptions,
  run: async (settings, context) => (await import('./factorise.js')).factorise(settings, context),
});
