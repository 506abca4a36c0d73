module.exports = require('../../jest.shared.cjs')('queue');
