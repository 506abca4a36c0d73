module.exports = require('../../jest.shared.cjs')('browser');
