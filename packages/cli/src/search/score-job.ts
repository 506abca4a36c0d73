/** What the threads of `lat worker` run: scores one point of a search, as the search itself would. */
import type { OperatingPoint } from '@length-adaptive/core';
import type { ScorePoints } from '@length-adaptive/models';
import { pointScorer } from '@length-adaptive/models';
import { searchOptions } from './options.js';
import { digestOf, encodeData } from '../data/data.js';
import { digestedModel } from '../data/digested-source.js';
import type { EngineSettings } from '../engine/opened-model.js';
import { openRunnable } from '../engine/engine.js';
import type { OpeningSettings } from '../engine/opening.js';
import { CliError, messageOf } from '../context/errors.js';
import { knownCode } from '../context/exit-codes.js';
import { settle } from '../context/settings.js';
import type { LengthStudy } from './length-study.js';
import { checkDigests, checkFormat } from './length-study.js';
import { readSearchSets } from './search-sets.js';

/** What a worker was started with; what is absent is as the search asks. */
export interface WorkerEngine extends Partial<Pick<EngineSettings, 'precision' | 'backend' | 'tower'>> {
  /** Where it finds the adapter of the search. */
  readonly adapter?: string | undefined;
  readonly engine: EngineSettings['engine'];
  readonly threads?: number | undefined;
}

interface OpenStudy {
  readonly score: ScorePoints;
  dispose(): void;
}

const engineOf = ({ engine: asked, reducer, prior, departed }: LengthStudy, own: WorkerEngine): EngineSettings => {
  for (const name of ['engine', 'precision', 'backend'] as const) {
    const given = own[name] === 'auto' ? undefined : own[name];
    if (given !== undefined && given !== asked[name]) {
      throw new CliError(
        'STUDY_REFUSED',
        `A worker was started with --${name} ${given}, the search runs with ${asked[name] ?? 'none'}: scores would differ. Leave --${name} out, or give both the same.`,
      );
    }
  }
  return {
    engine: asked.engine,
    precision: asked.precision,
    backend: asked.backend,
    threads: own.threads,
    reducer: reducer ?? 'attention',
    prior: prior ?? 'none',
    departed,
  };
};

/** The adapter of the search, where this worker finds it, and the tower. */
const openingFor = (
  study: LengthStudy,
  own: WorkerEngine,
): OpeningSettings & { readonly adapter?: string | undefined } => {
  const refused = (given: string, asked: string | null): CliError =>
    new CliError(
      'STUDY_REFUSED',
      `A worker was started with ${given}, the search runs with ${asked ?? 'none'}: scores would differ. Leave it out, or give both the same.`,
    );
  if (own.tower !== undefined && own.tower !== (study.tower ?? 'images'))
    throw refused(`--tower ${own.tower}`, study.tower);
  if (own.adapter !== undefined && study.adapter === null) throw refused(`--adapter ${own.adapter}`, study.adapter);
  return { adapter: own.adapter ?? study.adapter ?? undefined, tower: study.tower ?? undefined };
};

const open = async (study: LengthStudy, own: WorkerEngine): Promise<OpenStudy> => {
  checkFormat(study);
  const opening = openingFor(study, own);
  const { searched } = await readSearchSets(
    study.data,
    settle(searchOptions, { ...study.settings, model: study.model, ...opening }),
  );
  const source = await digestedModel(study.model, opening);
  const settings = { ...engineOf(study, own), ...source.opening };
  const opened = await openRunnable(source.files, settings, { note: () => undefined });
  try {
    const data = encodeData(opened, searched, { maxLength: study.maxLength, stride: study.settings.stride });
    checkDigests(study, { weights: source.weightFilesDigest(), examples: digestOf(data) });
    return {
      score: pointScorer(opened.model, data, study.metric ?? undefined),
      dispose: () => opened.model.dispose(),
    };
  } catch (error) {
    opened.model.dispose();
    throw error;
  }
};

/** What is wrong with the study is wrong with every configuration; a download may be tried again. */
const refusal = (error: unknown): unknown => {
  const code = knownCode(error);
  if (code === undefined || code === 'STUDY_REFUSED' || code === 'DOWNLOAD_FAILED') return error;
  return new CliError(
    'STUDY_REFUSED',
    `A worker in ${process.cwd()} cannot open what is searched: ${messageOf(error)}`,
    { cause: error },
  );
};

let current: { readonly name: string; readonly study: Promise<OpenStudy> } | undefined;

/** The study that is open, or this one in its place. */
const studyFor = async (study: LengthStudy, own: WorkerEngine): Promise<OpenStudy> => {
  const name = JSON.stringify(study);
  if (current?.name !== name) {
    const before = current;
    current = undefined;
    (await before?.study)?.dispose();
    current = { name, study: open(study, own) };
  }
  try {
    return await current.study;
  } catch (error) {
    current = undefined;
    throw refusal(error);
  }
};

/** Scores one point; model and examples stay open for the next. */
export const evaluate = async (
  point: OperatingPoint,
  { study, key, settings }: { readonly study: LengthStudy; readonly key: string; readonly settings: WorkerEngine },
): Promise<{ readonly score: number }> => {
  const { score } = await studyFor(study, settings);
  const [value = Number.NaN] = await score([point], { keys: [key] });
  return { score: value };
};
