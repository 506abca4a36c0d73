module.exports = require('../../jest.shared.cjs')('house');
