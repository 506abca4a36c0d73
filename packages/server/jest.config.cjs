const shared = require('../../jest.shared.cjs')('server');

// Published as ES modules only, and jest requires.
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
