/** Models that are ready to use, as npm packages: what `npm run ready-models` writes, from the folders that the benchmarks make. */
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { workspaceRoot } from './setup.mjs';

/**
 * @typedef {object} ReadyModel
 * @property {string} name of the package
 * @property {string} folder in `apps/docs/public/models`, which `made` makes
 * @property {string} made the command that trains, searches, compresses and evaluates it
 * @property {string} description
 * @property {readonly string[]} keywords
 * @property {string} code three lines that show what it does
 */

/** @type {readonly ReadyModel[]} */
export const readyModels = [
  {
    name: '@length-adaptive/sentiment',
    folder: 'sentiment',
    made: 'npm run bench -- demo-model',
    description:
      'Sentiment of short English sentences at any share of the computation: a model for @length-adaptive/models',
    keywords: ['sentiment-analysis', 'text-classification'],
    code: `const predictor = await load('npm:@length-adaptive/sentiment');
const [{ label, score, cost }] = await predictor.predict(['A film that is far better than its title.'], { budget: { cost: 0.5, strict: false } });
console.log(label, score, \`\${cost.toFixed(2)} of the computation\`);`,
  },
  {
    name: '@length-adaptive/question-answering',
    folder: 'question-answering',
    made: 'npm run bench -- demo-model',
    description:
      'Answers to questions about an English text at any share of the computation: a model for @length-adaptive/models',
    keywords: ['question-answering', 'squad'],
    code: `const predictor = await load('npm:@length-adaptive/question-answering');
const [{ label, cost }] = await predictor.predict([['Who designed the bridge?', 'The bridge over the river was designed by Maria Keller. It was built in four years, and the first trains crossed it in 1911.']], { budget: { cost: 0.6, strict: false } });
console.log(label, \`\${cost.toFixed(2)} of the computation\`);`,
  },
  {
    name: '@length-adaptive/embeddings',
    folder: 'search',
    made: 'npm run bench -- live-search',
    description:
      'Vectors of English texts for search at any share of the computation: a model for @length-adaptive/models',
    keywords: ['embeddings', 'semantic-search'],
    code: `const predictor = await load('npm:@length-adaptive/embeddings');
const [{ vector, cost }] = await predictor.embed(['How is bread made?', 'Flour, water and yeast are kneaded, left to rise, and baked.'], { budget: { cost: 0.6, strict: false } });
console.log(vector.length, \`\${cost.toFixed(2)} of the computation\`);`,
  },
];

/**
 * The card of a package: what it is for, how it is used, then the card of the folder it was made of, with its scores, data, licences and limits.
 *
 * @param {ReadyModel} model
 * @param {string} card README of the folder
 */
const packageCard = ({ name, made, code }, card) => {
  const [title = '', ...rest] = card.trim().split('\n');
  return `${title}

\`\`\`sh
npm install @length-adaptive/models @tensorflow/tfjs ${name}
\`\`\`

\`\`\`js
import { load } from '@length-adaptive/models';

${code}
\`\`\`

A budget of \`strict: false\` takes the nearest point where a short text cannot keep it, and says so (\`overBudget\`). The rest of this page is the card of the model; \`${made}\` makes both.

## The model
${rest.join('\n')}
`;
};

/**
 * Writes the package of a model into a folder, anew.
 *
 * @param {ReadyModel} model
 * @param {string} to
 * @returns {{ name: string, folder: string, bytes: number }}
 */
export const writeReadyModel = (model, to) => {
  const from = path.join(workspaceRoot, 'apps/docs/public/models', model.folder);
  const read = (/** @type {string} */ file) => readFileSync(path.join(from, file), 'utf8');
  const { version } = JSON.parse(readFileSync(path.join(workspaceRoot, 'packages/models/package.json'), 'utf8'));
  const card = read('README.md');
  const data = card.split('\n').find((line) => line.startsWith('- Data: '));
  if (data === undefined) throw new Error(`${from}/README.md names no data: a line that starts with "- Data: ".`);
  const files = readdirSync(from).filter((file) => file !== 'README.md');
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to, { recursive: true });
  for (const file of files) cpSync(path.join(from, file), path.join(to, file), { recursive: true });
  cpSync(path.join(workspaceRoot, 'LICENSE'), path.join(to, 'LICENSE'));
  writeFileSync(path.join(to, 'README.md'), packageCard(model, card));
  const manifest = {
    name: model.name,
    version,
    description: model.description,
    keywords: [...model.keywords, 'length-adaptive', 'transformer', 'model'],
    license: 'Apache-2.0',
    repository: { type: 'git', url: 'git+https://github.com/length-adaptive/length-adaptive.git' },
    files,
    publishConfig: { access: 'public' },
    model: {
      weights: { license: 'Apache-2.0', from: 'sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0)' },
      data: data.slice('- Data: '.length),
      made: model.made,
    },
  };
  writeFileSync(path.join(to, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  const bytes = readFileSync(path.join(to, 'model.safetensors')).length;
  return { name: model.name, folder: to, bytes };
};
