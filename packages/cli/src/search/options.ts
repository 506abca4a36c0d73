import type { CostObjective, LengthSearchMethod, ScoreName, Spend } from '@length-adaptive/models';
import {
  dataOptions,
  engineOptions,
  metricNames,
  modelOptions,
  rankingOptions,
  scoreNames,
} from '../context/common.js';
import { choice, choices, either, enabled, flag, number, numbers, text, texts } from '../context/option.js';
import type { Settings } from '../context/option.js';

const searchScoreNames: readonly ScoreName[] = [...scoreNames, 'ndcg@10', 'map', 'mrr@10', 'recall@10', 'recall@100'];

const spendNames: readonly Spend[] = ['lengths', 'floor', 'depth', 'ranks', 'bits'];
const objectiveNames: readonly CostObjective[] = ['macs', 'latency'];

const methodNames: readonly LengthSearchMethod[] = ['surrogate', 'nsga2'];

export const searchOptions = {
  model: text('DIR', 'model to search'),
  ...modelOptions,
  data: text('FILE', 'examples that every configuration is scored on, or a BEIR folder (--metric ndcg@10, fidelity)'),
  reportData: text('FILE', 'held-out examples that the Pareto set is scored on again'),
  heldOutShare: number('SHARE', 'set this share of --data aside for that instead (default: none)', {
    min: 0,
    below: 1,
    fallback: undefined,
  }),
  ...rankingOptions,
  objective: choice(
    objectiveNames,
    'what is weighed against the score: MACs, or the time predicted on this machine and engine',
    'macs',
  ),
  fileSize: either(
    'weigh the size of the ONNX file of a configuration too, as a third objective (default: where bits are spent and MACs weighed)',
    'weigh score and --objective alone',
  ),
  spend: choices(
    'LIST',
    spendNames,
    'what it chooses, with commas between them: lengths, floor (tokens that lengths do not count), depth (layers to leave out), ranks of a model with factors, see lat factorise, bits (8 or 32, on ONNX Runtime) (default lengths)',
  ),
  reducers: texts(
    'LIST',
    "reducers to choose among, with commas between them, for one Pareto set over all of them: attention,tome,pool (default: the model's own)",
  ),
  method: choice(
    methodNames,
    'what proposes configurations: a regression over those that were scored, or evolution (default: surrogate; nsga2 where --generations or --population are given)',
    undefined,
  ),
  evaluations: number(
    'N',
    'configurations scored in all (default: surrogate 45 beside those of --soft-extract, nsga2 what its generations take)',
    { integer: true, min: 1, fallback: undefined },
  ),
  generations: number('N', 'of nsga2: generations after the initial one (default 10)', {
    integer: true,
    min: 0,
    fallback: undefined,
  }),
  population: number(
    'N',
    'of nsga2: configurations that survive a generation, and new ones tried in each (default 20)',
    { integer: true, min: 2, fallback: undefined },
  ),
  dropRatioBound: number('P', 'a layer drops at most this share of its tokens', { min: 0, below: 1, fallback: 0.2 }),
  softExtract: numbers(
    'LAMBDAS',
    'learn a configuration for each of these prices of a token too, such as 1e-3,1e-2, by soft-extract (PoWER-BERT); needs --train',
    { min: 0, fallback: undefined },
  ),
  train: text('FILE', 'training examples of --soft-extract'),
  softExtractEpochs: number('N', 'epochs of --soft-extract', { integer: true, min: 1, fallback: 1 }),
  softExtractLimit: number('N', 'training examples of --soft-extract, a random sample', {
    integer: true,
    min: 1,
    fallback: 1000,
  }),
  ...dataOptions,
  metric: choice(
    searchScoreNames,
    'score to search for; fidelity (to the full length) is the best guide on few examples (default: that of the task, such as accuracy)',
    undefined,
  ),
  reportMetric: choice(
    metricNames,
    'score on the held-out examples (default: that of the search if it is a metric, else that of the task)',
    undefined,
  ),
  race: enabled('score every configuration on all examples, also one that another clearly beats (with --redis always)'),
  latency: enabled('do not measure the speed of the Pareto set'),
  speedSamples: number('N', 'examples that speed is measured on', { integer: true, min: 1, fallback: 16 }),
  speedRepeats: number('N', 'rounds of the speed measurement', { integer: true, min: 1, fallback: 5 }),
  fewerLayers: enabled('do not score the model with fewer layers beside the Pareto set'),
  out: text('DIR', 'write everything here (default: length_adaptive.json into the model, the rest into MODEL/search)'),
  redis: { ...text('URL', 'have configurations scored by the workers at this Redis: see lat worker'), transient: true },
  queue: { ...text('NAME', 'name of the queue there (default length-adaptive)'), transient: true },
  resume: { ...flag('go on from the checkpoint of an interrupted search'), transient: true },
  ...engineOptions,
} as const;

/** Settings of `search`. */
export type SearchSettings = Settings<typeof searchOptions>;
