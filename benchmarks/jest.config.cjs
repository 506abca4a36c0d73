module.exports = require('../jest.shared.cjs')('benchmarks');
