/** What a worker makes of a search whose model has an adapter. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pointScorer } from '@length-adaptive/models';
import { settle } from '../context/settings.js';
import { encodeData, readModelData } from '../data/data.js';
import { digestedModel } from '../data/digested-source.js';
import { openRunnable } from '../engine/engine.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { writeTinyAdapter } from '../testing/tiny-adapter.js';
import { writeToyProject } from '../testing/tiny-model.js';
import type { LengthStudy } from './length-study.js';
import { studyOf } from './length-study.js';
import { searchOptions } from './options.js';
import type { WorkerEngine } from './score-job.js';
import { evaluate } from './score-job.js';

const folder = temporaryFolder();
const at = (...path: readonly string[]): string => join(folder, ...path);
const point = { lengths: [0.7, 0.4] };
const [data, adapter] = [at('dev.tsv'), at('adapter')];

/** The study of a search, and the score that it gives a point itself. */
const studied = async (given: { readonly adapter?: string }): Promise<{ study: LengthStudy; score: number }> => {
  const settings = settle(searchOptions, {
    ...{ model: at('model'), data, limit: 12, maxLength: 16, backend: 'cpu', metric: 'probability' },
    ...given,
  });
  const source = await digestedModel(at('model'), settings);
  const opened = await openRunnable(source.files, { ...settings, ...source.opening }, { note: () => undefined });
  const examples = encodeData(opened, await readModelData(data, settings), { maxLength: 16 });
  const [score = Number.NaN] = await pointScorer(opened.model, examples, 'probability')([point], { keys: ['k'] });
  opened.model.dispose();
  const weights = source.weightFilesDigest();
  return { study: studyOf(settings, { opened, weights, data: examples, maxLength: 16 }), score };
};

const scored = async (study: LengthStudy, settings: Partial<WorkerEngine> = {}): Promise<number> =>
  (await evaluate(point, { study, key: 'k', settings: { engine: 'auto', threads: 1, ...settings } })).score;

beforeAll(async () => {
  await writeToyProject(folder);
  writeTinyAdapter(adapter, at('model'));
  mkdirSync(at('moved'));
  cpSync(adapter, at('moved/adapter'), { recursive: true });
});

test('a worker scores with the adapter of the search, where that stood or where it is told that it stands', async () => {
  const [{ study, score }, plain] = [await studied({ adapter }), await studied({})];
  expect(await scored(study)).toBe(score);
  expect(await scored(study, { adapter: at('moved/adapter') })).toBe(score);
  expect(await scored(plain.study)).toBe(plain.score);
  expect(plain.score).not.toBe(score);
});

test('it refuses another adapter, one that the search has not, and another tower', async () => {
  const [{ study }, plain] = [await studied({ adapter }), await studied({})];
  const config = at('moved/adapter/adapter_config.json');
  writeFileSync(config, readFileSync(config, 'utf8').replace('"lora_alpha":4', '"lora_alpha":8'));
  const refused = (message: RegExp) => expect.objectContaining({ code: 'STUDY_REFUSED', message: expect.stringMatching(message) }); // prettier-ignore
  await expect(scored(study, { adapter: at('moved/adapter') })).rejects.toEqual(refused(/weights of the model/));
  await expect(scored(plain.study, { adapter })).rejects.toEqual(refused(/--adapter \S+, the search runs with none/));
  await expect(scored(study, { tower: 'texts' })).rejects.toEqual(refused(/--tower texts, the search runs with none/));
});
