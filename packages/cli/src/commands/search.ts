import { join } from 'node:path';
import type { CostObjective } from '@length-adaptive/models';
import { defineCommand } from '../command.js';
import { dataOptions, engineOptions, metricNames, reducerOption, scoreNames } from '../options/common.js';
import { choice, enabled, flag, number, numbers, text } from '../options/option.js';
import type { Settings } from '../options/option.js';

const objectiveNames: readonly CostObjective[] = ['macs', 'latency'];

export const searchOptions = {
  model: text('DIR', 'model to search'),
  data: text('FILE', 'examples that every configuration is scored on'),
  reportData: text('FILE', 'held-out examples that the Pareto set is scored on again'),
  heldOutShare: number('SHARE', 'set this share of --data aside for that instead (default: none)', { min: 0, below: 1, fallback: undefined }),
  reducer: reducerOption,
  objective: choice(objectiveNames, 'what is weighed against the score: MACs, or the time predicted on this machine and engine', 'macs'),
  generations: number('N', 'generations after the initial one', { integer: true, min: 0, fallback: 10 }),
  population: number('N', 'configurations that survive a generation, and new ones tried in each', { integer: true, min: 2, fallback: 20 }),
  dropRatioBound: number('P', 'a layer drops at most this share of its tokens', { min: 0, below: 1, fallback: 0.2 }),
  softExtract: numbers('LAMBDAS', 'learn a configuration for each of these prices of a token too, such as 1e-3,1e-2, by soft-extract (PoWER-BERT); needs --train', { min: 0, fallback: undefined }),
  train: text('FILE', 'training examples of --soft-extract'),
  softExtractEpochs: number('N', 'epochs of --soft-extract', { integer: true, min: 1, fallback: 1 }),
  softExtractLimit: number('N', 'training examples of --soft-extract, a random sample', { integer: true, min: 1, fallback: 1000 }),
  ...dataOptions,
  metric: choice(scoreNames, 'score to search for; fidelity (to the full length) is the best guide on few examples (default: that of the task, such as accuracy)', undefined),
  reportMetric: choice(metricNames, 'score on the held-out examples (default: that of the search if it is a metric, else that of the task)', undefined),
  latency: enabled('do not measure the speed of the Pareto set'),
  speedSamples: number('N', 'examples that speed is measured on', { integer: true, min: 1, fallback: 16 }),
  speedRepeats: number('N', 'rounds of the speed measurement', { integer: true, min: 1, fallback: 5 }),
  out: text('DIR', 'write everything here (default: length_adaptive.json into the model, the rest into MODEL/search)'),
  redis: { ...text('URL', 'have configurations scored by the workers at this Redis: see lat worker'), transient: true },
  queue: { ...text('NAME', 'name of the queue there (default length-adaptive)'), transient: true },
  resume: { ...flag('go on from the checkpoint of an interrupted search'), transient: true },
  ...engineOptions,
} as const;

/** Settings of `search`. */
export type SearchSettings = Settings<typeof searchOptions>;

/** Folder of a search's own files. */
export const searchFolder = ({ out, model }: Pick<SearchSettings, 'out' | 'model'>): string | undefined =>
  out ?? (model === undefined ? undefined : join(model, 'search'));

export const searchCommand = defineCommand({
  name: 'search',
  summary: 'Search the length configurations of a trained model and write its Pareto set and a report',
  help: `Examples:
  lat search --model runs/sst2/model --data dev.tsv --limit 500 --report-data test.tsv
  lat search --model runs/sst2/model --data dev.tsv --held-out-share 0.5 --objective latency
  lat search --model runs/sst2/model --data dev.tsv --redis redis://127.0.0.1:6379
  lat search --model runs/sst2/model --resume --generations 20`,
  options: searchOptions,
  savedConfig: (settings) => {
    const folder = searchFolder(settings);
    return folder === undefined ? undefined : join(folder, 'config.json');
  },
  mayChange: ['generations', 'reportData', 'reportMetric', 'latency', 'speedSamples', 'speedRepeats', 'threads'],
  run: async (settings, context) => (await import('../actions/search.js')).search(settings, context),
});
