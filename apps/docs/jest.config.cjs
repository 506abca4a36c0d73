const shared = require('../../jest.shared.cjs')('docs');

// Published as ES modules only, and jest requires: the server's flags are read by its own program.
const transformModules = {
  '/node_modules/(typebox|content-disposition)/.+\\.m?js$': [
    '@swc/jest',
    { jsc: { target: 'es2022' }, module: { type: 'commonjs' } },
  ],
};

module.exports = {
  ...shared,
  transform: { ...shared.transform, ...transformModules },
  transformIgnorePatterns: ['/node_modules/(?!(typebox|content-disposition)/)'],
};
