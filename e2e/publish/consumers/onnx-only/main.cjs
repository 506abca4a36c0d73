const { loadOnnx } = require('@length-adaptive/onnx');

loadOnnx(process.argv[2], { threads: 1 })
  .then((predictor) => predictor.predict(['a warm and funny film'], { budget: { cost: 0.6 } }))
  .then(([{ label, cost }]) => console.log(JSON.stringify({ label, cost })));
