module.exports = require('../../../jest.shared.cjs')('docs-e2e');
