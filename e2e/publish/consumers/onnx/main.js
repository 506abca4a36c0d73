import { loadOnnx } from '@length-adaptive/onnx';

const predictor = await loadOnnx(process.argv[2], { threads: 1 });
const [answer] = await predictor.predict(['a warm and funny film'], { budget: { cost: 0.6 } });
console.log(JSON.stringify({ label: answer.label, cost: answer.cost }));
