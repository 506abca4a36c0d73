module.exports = {
  ...require('../../jest.shared.cjs')('search'),
  setupFiles: ['<rootDir>/src/testing/no-math-random.ts'],
};
