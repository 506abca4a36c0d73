module.exports = require('../../jest.shared.cjs')('models');
