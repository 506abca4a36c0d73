/** What the language itself defines and no test replaces: in the sandbox of a test each use of a global costs a search, an argument of the module costs none. */
const fastGlobals = [
  ...['Math', 'Object', 'Array', 'Number', 'String', 'Boolean', 'Symbol', 'Map', 'Set', 'WeakMap', 'Promise', 'JSON'],
  ...['Error', 'TypeError', 'Infinity', 'ArrayBuffer', 'Float32Array', 'Float64Array', 'Int32Array', 'Uint32Array'],
  ...['Uint16Array', 'Uint8Array', 'Int8Array', 'BigInt', 'Reflect'],
];

/** One jest configuration for every package: swc, CommonJS, tests on sources. */
module.exports = (displayName) => ({
  displayName,
  testEnvironment: `${__dirname}/tools/jest-environment.cjs`,
  testEnvironmentOptions: {
    customExportConditions: ['@length-adaptive/source', 'node', 'require', 'default'],
    globalsCleanup: 'off',
  },
  sandboxInjectedGlobals: fastGlobals,
  transform: {
    '^.+\\.[cm]?ts$': [
      '@swc/jest',
      {
        jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
        module: { type: 'commonjs' },
        sourceMaps: 'inline',
      },
    ],
    // Published as modules of ECMAScript alone, which jest does not run.
    '/(hyparquet[^/]*|hysnappy)/.+\\.js$': ['@swc/jest', { module: { type: 'commonjs' } }],
  },
  transformIgnorePatterns: ['/node_modules/(?!hyparquet|hysnappy)'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  moduleFileExtensions: ['ts', 'js', 'cjs', 'mjs', 'json'],
  testTimeout: 300_000, // a test that works ends in seconds; a machine may be slow and busy
  testMatch: ['**/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '/out-tsc/'],
  passWithNoTests: true,
  reporters: ['default', `${__dirname}/tools/jest-results-reporter.cjs`],
});
