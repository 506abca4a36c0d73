module.exports = require('../../jest.shared.cjs')('adapters');
