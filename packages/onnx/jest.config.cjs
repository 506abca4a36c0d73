module.exports = require('../../jest.shared.cjs')('onnx');
