module.exports = { ...require('../../jest.shared.cjs')('peers'), globalSetup: '<rootDir>/install-peers.cjs' };
