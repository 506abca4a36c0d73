import type { Algorithm } from '../algorithms/algorithm.js';
import { offspringOf } from '../candidates.js';
import { enterEntries, entriesOf, genotypesOf, resultsByKey } from '../checkpoint-entries.js';
import { axesOf, type Objectives } from '../dominance.js';
import { createEvaluationLog } from '../evaluation-log.js';
import { frontOf, generationReport, solutionsOf } from '../generation-report.js';
import type { StopReason } from '../generation.js';
import { createGenotypeSet, keyOf } from '../genotype-set.js';
import { numbersBetween } from '../numbers-between.js';
import type { ResolvedLimits } from '../options.js';
import { answerAgain, checkAnyKept, createPending, waitingOf, type PendingGeneration } from '../pending-generation.js';
import type { Result, Solution } from '../problem.js';
import { limitMet, progressOf, stateOf, volumeOf } from '../progress.js';
import { createRandom, restoreRandom } from '../random.js';
import type { SearchState } from '../termination.js';
import type { Engine } from '../ways-to-run.js';
import { qualityOf, type FitParameters, type ModelQuality } from './model.js';
import { modelValues, type Forecast, type ModelledValues } from './modelled-values.js';
import { proposeBatch } from './propose.js';
import type { Regression } from './regression.js';
import { spreadGenomes } from './spread-genomes.js';
import { writeSurrogateCheckpoint, type CutBatch, type SurrogateCheckpoint } from './surrogate-checkpoint.js';
import type { ExpectedSolution, ProposedBy, SurrogateGeneration, ValueReport } from './surrogate-generation.js';
import type { ResolvedSurrogateSettings } from './surrogate-options.js';
import type { SurrogateProblem } from './surrogate-problem.js';

/** Numbers for some of the values of a problem. */
type ForValues<Value extends string, Item> = { readonly [name in Value]?: Item };

/** Fewer measurements than this teach nothing that could be checked. */
const FEWEST = 4;

/** A batch that waits for its results, with what came of making it. */
interface PendingBatch<Genome, Value extends string> {
  readonly batch: PendingGeneration<Genome, Value>;
  readonly proposedBy: ProposedBy;
  readonly quality: ForValues<Value, ModelQuality> | undefined;
  readonly parameters: ForValues<Value, FitParameters>;
  readonly forecasts: readonly (ForValues<Value, Forecast> | undefined)[];
}

/** What is known of a batch that was cut short, while it is made again. */
interface AnsweredBatch<Genome> {
  /** How the search was saved: it stands so until the batch is complete. */
  readonly checkpoint: SurrogateCheckpoint<Genome>;
  /** By key. */
  readonly results: ReadonlyMap<string, Result>;
}

/** A search that is led by a model, batch by batch, whoever evaluates its candidates. */
export interface SurrogateEngine<Genome, Name extends string, Constraint extends string> extends Engine<
  Genome,
  Name,
  Constraint,
  SurrogateGeneration<Genome, Name, Constraint>
> {
  expected(): readonly ExpectedSolution<Genome, Name, Constraint>[];
  checkpoint(): SurrogateCheckpoint<Genome>;
  restore(checkpoint: SurrogateCheckpoint): void;
}

/**
 * @throws SearchError `INVALID_OPTION` for a seed that is none; `ask` throws `NO_CANDIDATES`, and what the problem's
 * functions throw
 */
export const createSurrogateEngine = <Genome, Name extends string, Constraint extends string>({
  problem,
  algorithm,
  regressions,
  settings,
  limits,
  seed,
}: {
  readonly problem: SurrogateProblem<Genome, Name, Constraint>;
  readonly algorithm: Algorithm;
  readonly regressions: readonly Regression[];
  readonly settings: ResolvedSurrogateSettings<Name>;
  readonly limits: ResolvedLimits<Name>;
  readonly seed: number;
}): SurrogateEngine<Genome, Name, Constraint> => {
  type Value = Name | Constraint;
  const axes = axesOf(problem.objectives);
  const objectiveNames = axes.map(({ name }) => name);
  const constraints = problem.constraints ?? [];
  const names: readonly Value[] = [...objectiveNames, ...constraints];
  let log = createEvaluationLog<Genome, Name, Constraint>(axes, constraints);
  const started = Date.now();
  let known = createGenotypeSet(problem); // all entries of the log, and the pending candidates
  let random = createRandom(seed);
  let generation = -1;
  let hypervolumes: number[] = [];
  let population = new Uint32Array(0); // entries of the log: what offspring are bred of
  let measured = new Uint32Array(0); // entries of the log that were not discarded
  let parameters: ForValues<Value, FitParameters> = {};
  let forecasts: [entry: number, forecasts: ForValues<Value, Forecast>][] = [];
  let pending: PendingBatch<Genome, Value> | undefined;
  let saturated = false;
  let cut: CutBatch | undefined; // how it stood before the last batch, if the limit of evaluations cut that short
  let answered: AnsweredBatch<Genome> | undefined; // results of a batch that was cut and is made again, whole
  let latest: { readonly size: number; readonly model: ModelledValues<Genome, Value> } | undefined;

  /** The model of everything measured so far; it is the same whoever asks. */
  const model = (): ModelledValues<Genome, Value> => {
    if (latest?.size !== log.size())
      latest = { size: log.size(), model: modelValues(problem, log, { regressions, before: parameters }) };
    return latest.model;
  };

  const front = (): readonly Solution<Genome, Name, Constraint>[] => frontOf(log, measured);

  const state = (): SearchState<Name> =>
    stateOf(problem, front, {
      ...{ generation, evaluations: log.size(), started },
      hypervolumes: settings.reference && hypervolumes,
    });

  const stopReason = (): StopReason | undefined => limitMet(state(), limits) ?? (saturated ? 'saturated' : undefined);

  /** A constraint that was the same for all so far has no order to foretell. */
  const isTrusted = ([name, quality]: [name: string, quality: ModelQuality | undefined]): boolean => {
    if ((quality?.rankCorrelation ?? 0) >= settings.trust) return true;
    const values = solutionsOf(log, measured).map((solution) => solution.constraints?.[name as Constraint]);
    return values[0] !== undefined && values.every((value) => value === values[0]);
  };

  const candidateOptions = (left: number) => ({ problem, settings, known, random, left });

  /** Candidates by the model if it foretells every learned value; filled up, or else made, by offspring. */
  const candidatesOf = (): Omit<PendingBatch<Genome, Value>, 'batch'> & { readonly genomes: readonly Genome[] } => {
    const left = limits.evaluations - log.size();
    if (generation < 0) {
      const count = Math.min(settings.start, left);
      const genomes = spreadGenomes(problem, {
        count,
        leading: settings.leadingSeeds,
        attempts: settings.attempts,
        random,
      });
      for (const genome of genomes) known.add(genome);
      return { genomes, proposedBy: 'start', quality: undefined, parameters, forecasts: [] };
    }
    const size = Math.min(settings.batch, left);
    const learned = measured.length < FEWEST ? undefined : model();
    const trusted = learned && Object.entries<ModelQuality | undefined>(learned.quality).every(isTrusted);
    const genomes = trusted
      ? proposeBatch({
          ...{ problem, model: learned, algorithm, settings, known, random, size },
          measured: Array.from(measured, (entry) => log.genome(entry)),
        })
      : [];
    for (const genome of genomes) known.add(genome);
    const bred =
      genomes.length < size ? offspringOf(candidateOptions(size - genomes.length), { population, log, algorithm }) : [];
    return {
      genomes: [...genomes, ...bred],
      proposedBy: genomes.length > 0 ? 'model' : 'offspring',
      quality: learned?.quality,
      parameters: learned?.parameters ?? parameters,
      forecasts: genomes.map((genome) => learned?.forecast(genome)),
    };
  };

  /** Back to before a batch that was cut short: it is made again in full, as if there had been no limit, and its results are kept. */
  const rewind = ({ evaluations, ...before }: CutBatch): void => {
    const checkpoint = write();
    log = createEvaluationLog<Genome, Name, Constraint>(axes, constraints);
    known = createGenotypeSet(problem);
    enterEntries(checkpoint.evaluated.slice(0, evaluations), { log, known, names });
    answered = { checkpoint, results: resultsByKey(problem, checkpoint.evaluated.slice(evaluations), names) };
    measured = measured.filter((entry) => entry < evaluations);
    random = restoreRandom(before.random);
    population = Uint32Array.from(before.population);
    hypervolumes = hypervolumes.slice(0, before.hypervolumes);
    parameters = before.parameters as ForValues<Value, FitParameters>;
    forecasts = forecasts.slice(0, before.forecasts);
    latest = undefined;
    generation -= 1;
    cut = undefined;
  };

  /** The next batch, still without results but those it had before it was cut; undefined where no new genotype is found. */
  const begin = (): PendingBatch<Genome, Value> | undefined => {
    if (cut) rewind(cut);
    const randomBefore = random.state();
    try {
      const { genomes, ...rest } = candidatesOf();
      if (genomes.length > 0) {
        const batch = createPending<Genome, Value>(genomes, { firstId: log.size(), randomBefore });
        if (answered) answerAgain(batch, (genome) => answered?.results.get(keyOf(problem, genome)));
        return { batch, ...rest };
      }
    } catch (error) {
      // A function of the problem failed: forget the candidates that were made, as if nobody had asked.
      random = restoreRandom(randomBefore);
      known = genotypesOf(problem, log);
      throw error;
    }
    saturated = true;
    random = restoreRandom(randomBefore);
    return undefined;
  };

  /** What was foretold of a value before it was measured, against what then was. */
  const aheadOf = (name: Value): ValueReport['ahead'] => {
    const pairs = forecasts.flatMap(([entry, foretold]) => {
      const solution = log.solution(entry);
      const forecast = foretold[name];
      if (!solution || !forecast) return [];
      const values = { ...solution.objectives, ...solution.constraints } as Objectives<Value>;
      return [{ value: values[name], ...forecast }];
    });
    if (pairs.length === 0) return undefined;
    const [values, means] = [pairs.map(({ value }) => value), pairs.map(({ mean }) => mean)];
    const deviations = pairs.map(({ deviation }) => deviation);
    return { points: pairs.length, ...qualityOf(values, means, deviations) };
  };

  const reportOf = (quality: ForValues<Value, ModelQuality>): ForValues<Value, ValueReport> =>
    Object.fromEntries(
      Object.entries<ModelQuality | undefined>(quality).flatMap(([name, own]) => {
        const ahead = aheadOf(name as Value);
        return own ? [[name, { ...own, ...(ahead && { ahead }) }]] : [];
      }),
    ) as ForValues<Value, ValueReport>;

  const complete = ({
    batch: { candidates, results, randomBefore },
    proposedBy,
    ...made
  }: PendingBatch<Genome, Value>): SurrogateGeneration<Genome, Name, Constraint> => {
    const first = log.size();
    const before = {
      evaluations: first,
      random: randomBefore,
      population: Array.from(population),
      hypervolumes: hypervolumes.length,
      parameters: parameters as CutBatch['parameters'],
      forecasts: forecasts.length,
    };
    cut = limits.evaluations - first < (generation < 0 ? settings.start : settings.batch) ? before : undefined;
    answered = undefined;
    candidates.forEach(({ genome }, i) => {
      const entry = log.add(genome, results[i] as Result<Value>);
      const foretold = made.forecasts[i];
      if (foretold && log.discarded(entry) === undefined) forecasts.push([entry, foretold]);
    });
    ({ parameters } = made);
    const own = numbersBetween(first, log.size());
    const added = own.filter((entry) => log.discarded(entry) === undefined);
    const merged = Uint32Array.of(...population, ...added);
    measured = Uint32Array.of(...measured, ...added);
    const context = { ideal: log.ideal, random, settled: population.length };
    const kept = algorithm.survivors(log.rows(merged), settings.populationSize, context);
    population = kept.map((row) => merged[row] ?? 0);
    generation += 1;
    pending = undefined;
    const volume = volumeOf(problem, front, settings.reference);
    if (volume !== undefined) hypervolumes.push(volume);
    const numbers = { generation, evaluations: log.size(), progress: progressOf(state(), limits), hypervolume: volume };
    const report = generationReport(numbers, { log, own, population: measured });
    const value = made.quality && reportOf(made.quality);
    return Object.assign(report, { proposedBy, ...(value && { model: value }) }); // keeps what is laid out when it is looked at
  };

  const write = (): SurrogateCheckpoint<Genome> =>
    writeSurrogateCheckpoint<Genome>({
      algorithm: { name: algorithm.name, settings: algorithm.settings },
      directions: objectiveNames.map((name) => [name, problem.objectives[name]]),
      constraints,
      exact: Object.keys(problem.exact ?? {}),
      regressions: regressions.map(({ name }) => name),
      settings,
      random: pending?.batch.randomBefore ?? random.state(),
      generation,
      hypervolumes: hypervolumes.slice(),
      evaluated: entriesOf(log, objectiveNames, constraints),
      population: Array.from(population),
      parameters: parameters as SurrogateCheckpoint['parameters'],
      forecasts: forecasts.slice() as SurrogateCheckpoint['forecasts'],
      ...(cut && { cut }),
    });

  return {
    get generation() {
      return generation;
    },
    get evaluations() {
      return log.size();
    },
    names,
    ask: () => {
      if (stopReason() !== undefined) return [];
      pending ??= begin();
      // Made again after a cut, a batch may have all its results already.
      while (pending?.batch.missing === 0) {
        complete(pending);
        if (stopReason() !== undefined) return [];
        pending = begin();
      }
      return pending ? waitingOf(pending.batch) : [];
    },
    waiting: (id) => {
      const index = id - log.size();
      return pending?.batch.results[index] === undefined ? pending?.batch.candidates[index] : undefined;
    },
    record: (id, result) => {
      if (!pending) return undefined;
      const { batch } = pending;
      const index = id - log.size();
      if (generation < 0) checkAnyKept(batch, index, result);
      batch.results[index] = result;
      batch.missing -= 1;
      return batch.missing === 0 ? complete(pending) : undefined;
    },
    stopReason,
    front,
    evaluated: () => solutionsOf(log, measured),
    expected: () => {
      if (measured.length < FEWEST) return [];
      const learned = model();
      return front().map((solution) => ({ ...solution, expected: learned.expected(solution.genome) }));
    },
    checkpoint: () => answered?.checkpoint ?? write(),
    restore: (saved) => {
      enterEntries(saved.evaluated, { log, known, names });
      measured = numbersBetween(0, log.size()).filter((entry) => log.discarded(entry) === undefined);
      random = restoreRandom(saved.random);
      generation = saved.generation;
      hypervolumes = saved.hypervolumes.slice();
      population = Uint32Array.from(saved.population);
      parameters = saved.parameters as ForValues<Value, FitParameters>;
      forecasts = saved.forecasts.map(([entry, foretold]) => [entry, foretold as ForValues<Value, Forecast>]);
      cut = saved.cut;
    },
  };
};
