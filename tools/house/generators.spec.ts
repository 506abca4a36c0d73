import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { compileErrors, generate } from './generate.js';
import { root } from './published.js';
import { runGenerated } from './run-generated.js';

const reducers = 'packages/core/src/reducers';
const architectures = 'packages/models/src/architectures';
const tasks = 'packages/models/src/tasks';

it.each(['reducer', 'family', 'task'])(
  'the short form `nx g %s NAME` finds the generator of this workspace',
  (generator) => {
    const nx = path.join(root, 'node_modules/nx/dist/bin/nx.js');
    const printed = execFileSync(process.execPath, [nx, 'g', generator, 'some-name', '--dry-run'], {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, NX_DAEMON: 'false', NX_INTERACTIVE: 'false', FORCE_COLOR: '0' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    expect(printed).toContain(`Generating @length-adaptive/tools:${generator}`);
    expect(printed).toMatch(/CREATE packages\/(core|models)\/src\/\S*some-name\S*\.spec\.ts/);
  },
);

describe('nx g reducer by-example', () => {
  let files: ReadonlyMap<string, string>;
  beforeAll(async () => {
    files = await generate('reducer', 'by-example');
  });
  const file = `${reducers}/by-example-reducer.ts`;
  const spec = `${reducers}/by-example-reducer.spec.ts`;

  it('writes a reducer, its tests, its place in the registry, and lines in what the package exports', () => {
    const doors = ['packages/core/src/index.ts', 'packages/core/src/encoder.ts'];
    const registry = [`${reducers}/registry.ts`, `${reducers}/registry.spec.ts`];
    expect([...files.keys()].sort()).toEqual([...doors, ...registry, spec, file].sort());
    for (const door of doors)
      expect(files.get(door)).toContain(`export { byExampleReducer } from './reducers/by-example-reducer.js';\n`);
    expect(files.get(`${reducers}/registry.ts`)).toMatch(
      /import \{ byExampleDefinition \} from '\.\/by-example-reducer\.js';[\s\S]*= \[\n {2}attentionDefinition,\n(?: {2}\w+Definition,\n)+ {2}byExampleDefinition,\n\];/,
    );
  });

  it('compiles', () => {
    expect(compileErrors(files, 'packages/core/tsconfig.spec.json')).toEqual([]);
    // The compiler really reads these files.
    expect(
      compileErrors(
        new Map([...files, [file, 'export const byExampleReducer = 1;\nexport const byExampleDefinition = 1;\n']]),
        'packages/core/tsconfig.spec.json',
      ),
    ).not.toEqual([]);
  });

  it('every test fails until the reducer is written; then all but the one that only its author can write pass', () => {
    const skeleton = runGenerated('packages/core', files, spec);
    expect(skeleton.passed).toEqual([]);
    expect(skeleton.failed).toHaveLength(12); // six on each backend
    const written = (files.get(file) ?? '').replace(
      /score: \(\) => \{[\s\S]*?\n {2}\},/,
      'score: (ops, { attended, tokens }) => ops.received(attended, tokens),',
    );
    const { passed, failed } = runGenerated('packages/core', new Map([...files, [file, written]]), spec);
    expect(failed).toEqual(
      ['cpu', 'wasm'].map((backend) => `the by-example reducer on ${backend} keeps what it promises to keep`),
    );
    expect(passed).toHaveLength(10);
    expect(
      runGenerated('packages/core', new Map([...files, [file, written]]), `${reducers}/registry.spec.ts`).failed,
    ).toEqual([]);
  });
});

describe('nx g family some-family', () => {
  let files: ReadonlyMap<string, string>;
  beforeAll(async () => {
    files = await generate('family', 'some-family');
  });
  const spec = `${architectures}/some-family.spec.ts`;

  it('writes a family, its tests, and its place in the registry', () => {
    expect([...files.keys()].sort()).toEqual(
      [
        `${architectures}/some-family.ts`,
        spec,
        `${architectures}/registry.ts`,
        `${architectures}/registry.spec.ts`,
      ].sort(),
    );
    expect(files.get(`${architectures}/registry.ts`)).toMatch(
      /import \{ someFamily \} from '\.\/some-family\.js';[\s\S]*= \[\n {2}bert,[\s\S]*clipText,\n {2}someFamily,\n\];/,
    );
  });

  it('compiles', () => {
    expect(compileErrors(files, 'packages/models/tsconfig.spec.json')).toEqual([]);
  });

  it('every test fails until the family is written, and the tests of the registry pass', () => {
    const skeleton = runGenerated('packages/models', files, spec);
    expect(skeleton.passed).toEqual([]);
    expect(skeleton.failed).toHaveLength(7);
    expect(runGenerated('packages/models', files, `${architectures}/registry.spec.ts`).failed).toEqual([]);
  });
});

describe('nx g task some-job', () => {
  let files: ReadonlyMap<string, string>;
  beforeAll(async () => {
    files = await generate('task', 'some-job');
  });
  const file = `${tasks}/some-job.ts`;
  const spec = `${tasks}/some-job.spec.ts`;

  it('writes a task, its tests, and its place in the registry', () => {
    expect([...files.keys()].sort()).toEqual([file, spec, `${tasks}/registry.ts`].sort());
    expect(files.get(`${tasks}/registry.ts`)).toMatch(
      /import \{ someJobDefinition \} from '\.\/some-job\.js';[\s\S]*imageClassificationDefinition,\n {2}someJobDefinition,\n\];/,
    );
  });

  it('compiles', () => {
    expect(compileErrors(files, 'packages/models/tsconfig.spec.json')).toEqual([]);
  });

  it('every test fails until the task is written, and others are found as before; then all but the one that only its author can write pass', () => {
    const skeleton = runGenerated('packages/models', files, spec);
    expect(skeleton.passed).toEqual([]);
    expect(skeleton.failed).toHaveLength(6);
    expect(runGenerated('packages/models', files, `${architectures}/registry.spec.ts`).failed).toEqual([]);
    const written = `import type { Example } from '../datasets/dataset.js';
import { sequenceClassification, sequenceClassificationDefinition } from './sequence-classification.js';
import type { Task } from './task.js';
import type { TaskDefinition } from './task-definition.js';

const checkpoint = { classSuffix: 'ForSequenceClassification', config: { length_adaptive_task: 'some-job' } };

export const someJob = (labels: readonly string[]): Task<Example> => ({ ...sequenceClassification(labels), name: 'some-job', checkpoint });

export const someJobDefinition: TaskDefinition<Example> = {
  ...sequenceClassificationDefinition,
  name: 'some-job',
  aliases: [],
  fits: (config) => config['length_adaptive_task'] === 'some-job',
  make: someJob,
};
`;
    const { passed, failed } = runGenerated('packages/models', new Map([...files, [file, written]]), spec);
    expect(failed).toEqual(['some-job examples become the inputs and targets that they should']);
    expect(passed).toHaveLength(5);
  });
});

it.each(['Upper', 'two words', '../out', ''])('refuses the name "%s"', async (name) => {
  await expect(generate('reducer', name)).rejects.toThrow(/expected lower-case words with hyphens/);
});

it('does not write over what is there', async () => {
  await expect(generate('reducer', 'attention')).rejects.toThrow(/attention-reducer\.ts is there already/);
  await expect(generate('task', 'regression')).rejects.toThrow(/regression\.ts is there already/);
  await expect(generate('family', 'bert')).rejects.toThrow(/bert\.ts is there already/);
});
