import type { Algorithm } from './algorithms/algorithm.js';
import { initialCandidates, offspringOf } from './candidates.js';
import { enterEntries, entriesOf, genotypesOf, resultsByKey } from './checkpoint-entries.js';
import { writeCheckpoint, type Checkpoint, type CutGeneration } from './checkpoint.js';
import { axesOf } from './dominance.js';
import { createEvaluationLog } from './evaluation-log.js';
import type { Generation, StopReason } from './generation.js';
import { frontOf, generationReport, solutionsOf } from './generation-report.js';
import { createGenotypeSet, keyOf } from './genotype-set.js';
import { numbersBetween } from './numbers-between.js';
import type { ResolvedLimits, ResolvedSettings } from './options.js';
import { answerAgain, checkAnyKept, createPending, waitingOf, type PendingGeneration } from './pending-generation.js';
import type { Problem, Result, Solution } from './problem.js';
import { limitMet, progressOf, stateOf, volumeOf } from './progress.js';
import { createRandom, restoreRandom } from './random.js';
import type { SearchState } from './termination.js';
import type { Engine } from './ways-to-run.js';

/** A population that evolves generation by generation, whoever evaluates its candidates. */
export interface Evolution<Genome, Name extends string, Constraint extends string> extends Engine<
  Genome,
  Name,
  Constraint,
  Generation<Genome, Name, Constraint>
> {
  /** How it stands at the end of its last completed generation. */
  checkpoint(): Checkpoint<Genome>;
  /** Goes on from a checkpoint of the same search, in place of the beginning. */
  restore(checkpoint: Checkpoint): void;
}

/** What is known of a generation that was cut short, while it is made again. */
interface Answered<Genome> {
  /** How the search was saved: it stands so until the generation is complete. */
  readonly checkpoint: Checkpoint<Genome>;
  /** By key. */
  readonly results: ReadonlyMap<string, Result>;
}

/** What an evolution is made of; all of it checked. */
export interface EvolutionParts<Genome, Name extends string, Constraint extends string> {
  readonly problem: Problem<Genome, Name, Constraint>;
  readonly algorithm: Algorithm;
  readonly settings: ResolvedSettings<Name>;
  readonly limits: ResolvedLimits<Name>;
  readonly seed: number;
}

/** @throws SearchError `INVALID_OPTION` for a seed that is none; `ask` throws `NO_CANDIDATES`, and what the problem's operators throw */
export const createEvolution = <Genome, Name extends string, Constraint extends string>({
  problem,
  algorithm,
  settings,
  limits,
  seed,
}: EvolutionParts<Genome, Name, Constraint>): Evolution<Genome, Name, Constraint> => {
  const axes = axesOf(problem.objectives);
  const objectiveNames = axes.map(({ name }) => name);
  const constraints = problem.constraints ?? [];
  const names = [...objectiveNames, ...constraints];
  let log = createEvaluationLog<Genome, Name, Constraint>(axes, constraints);
  const started = Date.now();
  let known = createGenotypeSet(problem); // all entries of the log, and the pending candidates
  let random = createRandom(seed);
  let generation = -1;
  let hypervolumes: number[] = [];
  let population = new Uint32Array(0); // entries of the log
  let pending: PendingGeneration<Genome, Name | Constraint> | undefined;
  let saturated = false;
  let cut: CutGeneration | undefined; // how it stood before the last generation, if the limit of evaluations cut that short
  let answered: Answered<Genome> | undefined; // results of a generation that was cut and is made again, whole

  const front = (): readonly Solution<Genome, Name, Constraint>[] => frontOf(log, population);

  const state = (): SearchState<Name> =>
    stateOf(problem, front, {
      ...{ generation, evaluations: log.size(), started },
      hypervolumes: settings.reference && hypervolumes,
    });

  const stopReason = (): StopReason | undefined => limitMet(state(), limits) ?? (saturated ? 'saturated' : undefined);

  /** Back to before a generation that was cut short: it is bred again in full, as if there had been no limit, and its results are kept. */
  const rewind = ({ evaluations, random: state, population: before, hypervolumes: volumes }: CutGeneration): void => {
    const checkpoint = write();
    log = createEvaluationLog<Genome, Name, Constraint>(axes, constraints);
    known = createGenotypeSet(problem);
    enterEntries(checkpoint.evaluated.slice(0, evaluations), { log, known, names });
    answered = { checkpoint, results: resultsByKey(problem, checkpoint.evaluated.slice(evaluations), names) };
    random = restoreRandom(state);
    population = Uint32Array.from(before);
    hypervolumes = hypervolumes.slice(0, volumes);
    generation -= 1;
    cut = undefined;
  };

  /** The next generation, still without results but those it had before it was cut; undefined where no new genotype is found. */
  const begin = (): PendingGeneration<Genome, Name | Constraint> | undefined => {
    if (cut) rewind(cut);
    const randomBefore = random.state();
    const options = { problem, settings, known, random, left: limits.evaluations - log.size() };
    let genomes: readonly Genome[];
    try {
      genomes = generation < 0 ? initialCandidates(options) : offspringOf(options, { population, log, algorithm });
    } catch (error) {
      // An operator failed: forget the candidates that it made, as if it had not been asked.
      random = restoreRandom(randomBefore);
      known = genotypesOf(problem, log);
      throw error;
    }
    if (genomes.length > 0) {
      const begun = createPending<Genome, Name | Constraint>(genomes, { firstId: log.size(), randomBefore });
      if (answered) answerAgain(begun, (genome) => answered?.results.get(keyOf(problem, genome)));
      return begun;
    }
    saturated = true;
    random = restoreRandom(randomBefore);
    return undefined;
  };

  /** Logs a generation whose results are all there, and selects the next population. */
  const complete = ({
    candidates,
    results,
    randomBefore,
  }: PendingGeneration<Genome, Name | Constraint>): Generation<Genome, Name, Constraint> => {
    const first = log.size();
    const wanted = generation < 0 ? Math.max(settings.populationSize, problem.seeds?.length ?? 0) : settings.offspring;
    const before = {
      evaluations: first,
      random: randomBefore,
      population: Array.from(population),
      hypervolumes: hypervolumes.length,
    };
    cut = limits.evaluations - first < wanted ? before : undefined;
    answered = undefined;
    candidates.forEach(({ genome }, i) => void log.add(genome, results[i] as Result<Name | Constraint>));
    const own = numbersBetween(first, log.size());
    const added = own.filter((entry) => log.discarded(entry) === undefined);
    const merged = new Uint32Array(population.length + added.length);
    merged.set(population);
    merged.set(added, population.length);
    const { ideal } = log;
    const context = { ideal, random, settled: population.length };
    const kept = algorithm.survivors(log.rows(merged), settings.populationSize, context);
    population = kept.map((row) => merged[row] ?? 0);
    generation += 1;
    pending = undefined;
    const volume = volumeOf(problem, front, settings.reference);
    if (volume !== undefined) hypervolumes.push(volume);
    const progress = progressOf(state(), limits);
    const numbers = { generation, evaluations: log.size(), progress, hypervolume: volume };
    return generationReport(numbers, { log, own, population });
  };

  const write = (): Checkpoint<Genome> =>
    writeCheckpoint({
      algorithm: { name: algorithm.name, settings: algorithm.settings },
      directions: objectiveNames.map((name) => [name, problem.objectives[name]]),
      constraints,
      settings,
      random: pending?.randomBefore ?? random.state(),
      generation,
      hypervolumes: hypervolumes.slice(),
      evaluated: entriesOf(log, objectiveNames, constraints),
      population: Array.from(population),
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
      // Made again after a cut, a generation may have all its results already.
      while (pending?.missing === 0) {
        complete(pending);
        if (stopReason() !== undefined) return [];
        pending = begin();
      }
      return pending ? waitingOf(pending) : [];
    },
    waiting: (id) => {
      const index = id - log.size();
      return pending?.results[index] === undefined ? pending?.candidates[index] : undefined;
    },
    record: (id, result) => {
      if (!pending) return undefined;
      const index = id - log.size();
      if (generation < 0) checkAnyKept(pending, index, result);
      pending.results[index] = result;
      pending.missing -= 1;
      return pending.missing === 0 ? complete(pending) : undefined;
    },
    stopReason,
    front,
    evaluated: () => solutionsOf(log, numbersBetween(0, log.size())),
    checkpoint: () => answered?.checkpoint ?? write(),
    restore: (saved) => {
      enterEntries(saved.evaluated, { log, known, names });
      random = restoreRandom(saved.random);
      generation = saved.generation;
      hypervolumes = saved.hypervolumes.slice();
      population = Uint32Array.from(saved.population);
      cut = saved.cut;
    },
  };
};
