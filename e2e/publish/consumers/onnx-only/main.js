import { loadOnnx } from '@length-adaptive/onnx';

const predictor = await loadOnnx(process.argv[2], { threads: 1 });
const [answer] = await predictor.predict(['a warm and funny film'], { budget: { cost: 0.6 } });
const { layers } = await predictor.inspect('a warm and funny film', { budget: { cost: 0.6 } });
// What trains needs TensorFlow.js: this is how Node says that it is not there.
const missing = await import('@length-adaptive/models').catch(({ code, message }) => ({ code, message }));
console.log(
  JSON.stringify({
    label: answer.label,
    cost: answer.cost,
    layers: layers.length,
    code: missing.code,
    message: missing.message,
  }),
);
