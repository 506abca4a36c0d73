export default {
  mode: 'production',
  entry: './src/main.js',
  // What only predicts needs the core of TensorFlow.js, and not its layers, converters and data sets.
  resolve: { alias: { '@tensorflow/tfjs$': '@tensorflow/tfjs-core' } },
  performance: { hints: false },
};
