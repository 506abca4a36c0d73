/** Not named jest.config: these tests need minutes and a registry, and run as `npx nx e2e publish` rather than with all others. */
module.exports = { ...require('../../jest.shared.cjs')('publish'), testTimeout: 600_000 };
