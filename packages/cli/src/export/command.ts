import { defineCommand } from '../context/command.js';

export const exportCommand = defineCommand({
  name: 'export',
  summary: 'Write a model as ONNX files that run at any length, each verified against the original',
  help: `Writes DIR/onnx/model.onnx (fp32), model_fp16.onnx and model_quantized.onnx (int8), with what ONNX tools and transformers.js
need beside them. The files are kept once all of them agree with the original; otherwise nothing is written and the exit code is 5.

Examples:
  lat export --model runs/sst2/model
  lat export --model runs/sst2/model --out exported --precision int8 --budget cost=0.5 --data dev.tsv`,
  options: async () => (await import('./options.js')).exportOptions,
  run: async (settings, context) => (await import('./export.js')).exportOnnx(settings, context),
});
