import { execFileSync } from 'node:child_process';
import path from 'node:path';

const boundary = '@nx/enforce-module-boundaries';
const imports = (name: string) => `import { x } from '${name}';\nconsole.log(x);\n`;

/** What it shows, the file the code would stand in, the code, the rules it breaks. */
const CASES: readonly (readonly [string, string, string, readonly string[]])[] = [
  ['search may not import core', 'packages/search/src/x.ts', imports('@length-adaptive/core'), [boundary]],
  ['core may not import models', 'packages/core/src/x.ts', imports('@length-adaptive/models'), [boundary]],
  ['models may not import cli', 'packages/models/src/x.ts', imports('@length-adaptive/cli'), [boundary]],
  ['queue may import search only', 'packages/queue/src/x.ts', imports('@length-adaptive/models'), [boundary]],
  [
    'what is published may not import tools',
    'packages/queue/src/x.ts',
    imports('@length-adaptive/tools/testing/redis-server'),
    [boundary],
  ],
  [
    'tests may import tools',
    'packages/queue/src/testing/x.ts',
    imports('@length-adaptive/tools/testing/redis-server'),
    [],
  ],
  [
    'no package reaches into another by path',
    'packages/models/src/x.ts',
    imports('../../core/src/index.js'),
    [boundary],
  ],
  ['models may import core', 'packages/models/src/x.ts', imports('@length-adaptive/core'), []],
  ['cli may import search', 'packages/cli/src/x.ts', imports('@length-adaptive/search'), []],
  [
    'onnx does without TensorFlow.js',
    'packages/onnx/src/x.ts',
    `${imports('@tensorflow/tfjs')}${imports('@length-adaptive/models').replaceAll('x', 'y')}`,
    ['@typescript-eslint/no-restricted-imports', '@typescript-eslint/no-restricted-imports'],
  ],
  [
    'onnx may speak of its types',
    'packages/onnx/src/x.ts',
    `import type { Tensor } from '@tensorflow/tfjs';\nexport const size = (x: Tensor): number => x.size;\n`,
    [],
  ],
  [
    'no branch on what a task is called',
    'packages/onnx/src/x.ts',
    `import type { Task } from '@length-adaptive/models/predict';
export const f = (task: Task): boolean => task.name === 'mine';
export const g = ({ model }: { readonly model: { readonly task: Task } }): boolean => model.task.name !== 'mine';
export const h = (name: string): boolean => name === 'question-answering';
export const i = (name: string): number => {
  switch (name) {
    case 'token-classification':
      return 1;
    default:
      return 0;
  }
};
`,
    new Array<string>(4).fill('no-restricted-syntax'),
  ],
  [
    'a task may know its name, and anybody may tell it',
    'packages/models/src/tasks/x.ts',
    `import type { Task } from './task.js';
export const f = (task: Task): boolean => task.name === 'mine';
`,
    [],
  ],
  [
    'what a task says of itself may be asked for',
    'packages/onnx/src/x.ts',
    `import type { Task } from '@length-adaptive/models/predict';
export const f = ({ name, longTexts }: Task): string => (longTexts === 'cut' ? name : '');
`,
    [],
  ],
  ['no Math.random', 'packages/core/src/x.ts', 'export const x = Math.random();\n', ['no-restricted-properties']],
  ['no export *', 'packages/core/src/x.ts', `export * from './index.js';\n`, ['no-restricted-syntax']],
  ['no default export', 'packages/core/src/x.ts', 'export default 1;\n', ['no-restricted-syntax']],
  [
    'no any',
    'packages/core/src/x.ts',
    'export const f = (y: any): void => y;\n',
    ['@typescript-eslint/no-explicit-any'],
  ],
  [
    'no !',
    'packages/core/src/x.ts',
    'export const f = (y: number[]): number => y[0]!;\n',
    ['@typescript-eslint/no-non-null-assertion'],
  ],
];

describe('lint holds the house rules', () => {
  let broken: string[][] = [];

  beforeAll(() => {
    const output = execFileSync(process.execPath, [path.join(__dirname, 'testing/lint-as.mjs')], {
      cwd: path.resolve(__dirname, '..'),
      encoding: 'utf8',
      input: JSON.stringify(CASES.map(([, file, code]) => ({ file, code }))),
      env: { ...process.env, NX_DAEMON: 'false' },
    });
    broken = JSON.parse(output) as string[][];
  });

  it.each(CASES.map(([title, , , rules], index) => ({ title, rules, index })))('$title', ({ rules, index }) => {
    expect(broken[index]).toEqual(rules);
  });
});
