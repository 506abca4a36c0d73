const shared = require('../jest.shared.cjs')('tools');

/** The scripts are plain ES modules: the tests read them through swc as well. */
module.exports = {
  ...shared,
  transform: { '^.+\\.([cm]?ts|mjs)$': Object.values(shared.transform)[0] },
  transformIgnorePatterns: ['/node_modules/'],
  testPathIgnorePatterns: [...shared.testPathIgnorePatterns, '/house/'],
};
