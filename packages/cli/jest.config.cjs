module.exports = require('../../jest.shared.cjs')('cli');
