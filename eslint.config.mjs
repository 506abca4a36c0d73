import eslint from '@eslint/js';
import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

/** Who may import whom: `core` and `search` stand alone, nothing imports `cli`. A package carries its tag in package.json (`nx.tags`). */
const MAY_IMPORT = {
  'scope:core': [],
  'scope:search': [],
  'scope:models': ['scope:core', 'scope:search'],
  'scope:queue': ['scope:search'],
  'scope:onnx': ['scope:core', 'scope:models'],
  'scope:server': ['scope:core', 'scope:models', 'scope:onnx'],
  'scope:adapters': ['scope:models', 'scope:onnx'],
  'scope:cli': ['scope:core', 'scope:models', 'scope:search', 'scope:onnx', 'scope:queue', 'scope:server'],
  'scope:benchmarks': ['scope:core', 'scope:models', 'scope:search', 'scope:onnx', 'scope:server', 'scope:tools'],
  'scope:e2e': ['scope:onnx', 'scope:core', 'scope:models', 'scope:search', 'scope:cli', 'scope:tools'],
  'scope:tools': [],
  'scope:docs': [
    'scope:core',
    'scope:models',
    'scope:search',
    'scope:onnx',
    'scope:queue',
    'scope:server',
    'scope:adapters',
    'scope:cli',
  ],
};

/** @param {readonly string[]} [also] what everybody may import too */
const boundaries = (also = []) => ({
  allow: ['^.*/(jest|tsup)\\.shared(\\.c?js)?$'],
  depConstraints: Object.entries(MAY_IMPORT).map(([sourceTag, scopes]) => ({
    sourceTag,
    onlyDependOnLibsWithTags: [...scopes, ...also],
  })),
});

const NO_EXPORT_ALL = {
  selector: 'ExportAllDeclaration',
  message: 'List what is exported by name: `export { a, b } from ...`.',
};
/** What a task says of itself is asked for, not what it is called: a new one is a file in `tasks/`, and no other learns of it. */
const ASK_THE_TASK = 'Ask the task for what it says of itself (packages/models/src/tasks/task.ts), not for its name.';
const TASK_NAMES = '/^(sequence-classification|multi-label-classification|question-answering|token-classification)$/';
const NO_TASK_BRANCHES = [
  'BinaryExpression[operator=/^[!=]==?$/] > MemberExpression[property.name=/^(name|reads)$/]:matches([object.name="task"], [object.property.name="task"])',
  `BinaryExpression[operator=/^[!=]==?$/] > Literal[value=${TASK_NAMES}]`,
  `SwitchCase > Literal[value=${TASK_NAMES}]`,
].map((selector) => ({ selector, message: ASK_THE_TASK }));

const NO_DEFAULT_EXPORT = { selector: 'ExportDefaultDeclaration', message: 'Export by name.' };

export default tseslint.config(
  {
    ignores: [
      '**/dist',
      '**/*_pb.ts',
      '**/out-tsc',
      '**/coverage',
      '**/fixtures',
      '**/.vitepress/cache',
      'e2e/publish/consumers',
      'test-results',
    ],
  },
  eslint.configs.recommended,
  {
    files: ['**/*.{js,mjs,cjs,ts}'],
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': ['error', boundaries()],
      'no-restricted-syntax': ['error', NO_EXPORT_ALL],
    },
  },
  {
    // Runs in a service worker, as it is.
    files: ['apps/docs/public/**/*.js'],
    languageOptions: {
      globals: { self: 'readonly', caches: 'readonly', fetch: 'readonly', Request: 'readonly', URL: 'readonly' },
    },
  },
  {
    files: ['**/*.{mjs,cjs}'],
    languageOptions: {
      globals: {
        console: 'readonly',
        performance: 'readonly',
        process: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
        Buffer: 'readonly',
        module: 'writable',
        require: 'readonly',
        __dirname: 'readonly',
      },
    },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // `typeof import('node:fs')` types a module that is loaded only when it is needed.
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // An interface may be asynchronous where one implementation is not; Node's `path` functions are declared as methods.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      'no-restricted-syntax': ['error', NO_EXPORT_ALL, NO_DEFAULT_EXPORT],
    },
  },
  {
    files: ['packages/*/src/**/*.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        {
          object: 'Math',
          property: 'random',
          message: 'Take a seeded generator as an argument: the same seed gives the same result.',
        },
      ],
    },
  },
  {
    files: ['packages/*/src/**/*.ts', 'apps/**/*.ts'],
    ignores: ['packages/models/src/tasks/**', '**/*.spec.ts'],
    rules: { 'no-restricted-syntax': ['error', NO_EXPORT_ALL, NO_DEFAULT_EXPORT, ...NO_TASK_BRANCHES] },
  },
  {
    // Whoever predicts on ONNX Runtime installs no TensorFlow.js: types of it alone, and sub-paths that do without.
    files: ['packages/onnx/src/**/*.ts'],
    ignores: ['**/*.spec.ts', '**/testing/**/*.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [{ group: ['@tensorflow/*'], allowTypeImports: true, message: 'It is an optional peer here.' }],
          paths: [
            { name: '@length-adaptive/core', message: 'It needs TensorFlow.js: import a sub-path, such as /encoder.' },
            { name: '@length-adaptive/models', message: 'It needs TensorFlow.js: import a sub-path, such as /engine.' },
            { name: '@length-adaptive/models/train', message: 'It needs TensorFlow.js: import another sub-path.' },
          ],
        },
      ],
    },
  },
  {
    // A thread that imports TensorFlow.js takes some 40 MiB for it, whatever it runs: one module has it, for models that run on it.
    files: ['packages/server/src/**/*.ts'],
    ignores: ['**/*.spec.ts', '**/testing/**/*.ts', '**/pool/open-on-tensorflow.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            { group: ['@tensorflow/*'], allowTypeImports: true, message: 'Only open-on-tensorflow.ts needs it.' },
          ],
          paths: [
            ['@length-adaptive/core', '/lengths'],
            ['@length-adaptive/models', '/predict'],
          ].map(([name, path]) => ({
            name,
            allowTypeImports: true,
            message: `It imports TensorFlow.js: import a sub-path, such as ${path}.`,
          })),
        },
      ],
    },
  },
  {
    // `expect.any`, `JSON.parse` and mocks are `any`: in a test that is the point.
    files: ['**/*.spec.ts', '**/testing/**/*.ts'],
    rules: Object.fromEntries(
      ['argument', 'assignment', 'call', 'member-access', 'return'].map((what) => [
        `@typescript-eslint/no-unsafe-${what}`,
        'off',
      ]),
    ),
  },
  {
    // The set-up of tests stands in `tools`; what is published must not need it.
    files: ['**/*.spec.ts', '**/testing/**/*.ts'],
    rules: { '@nx/enforce-module-boundaries': ['error', boundaries(['scope:tools'])] },
  },
  {
    // An example imports its own package by name, as a reader will.
    files: ['packages/*/examples/**/*.ts'],
    rules: { '@nx/enforce-module-boundaries': ['error', { ...boundaries(), allowCircularSelfDependency: true }] },
  },
  // Configuration files belong to no tsconfig and are read by tools that want a default export.
  {
    files: ['**/*.config.ts', '*.ts'],
    extends: [tseslint.configs.disableTypeChecked],
    rules: { 'no-restricted-syntax': 'off' },
  },
);
