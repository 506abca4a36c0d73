module.exports = require('../../jest.shared.cjs')('core');
