module.exports = require('../../jest.shared.cjs')('search');
