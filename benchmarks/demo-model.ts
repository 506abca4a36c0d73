/** The model of the docs site's live demo: SST-2 in less than 16 MB, and what that costs. Writes it into apps/docs. */
import { fileURLToPath } from 'node:url';
import { describeModel } from './demo-model/model-card.js';
import type { DemoModel } from './demo-model/stages.js';
import { demoModel, vocabulary } from './demo-model/stages.js';
import type { Row } from './harness.js';
import { report } from './harness.js';

const out = fileURLToPath(new URL('../apps/docs/public/models/sentiment', import.meta.url));

const rowsOf = ({ bytes, configs, examples, meanTokens }: DemoModel): Row[] => {
  const after = `MiniLM-L6 after LengthDrop on SST-2, ${vocabulary} of 30,522 tokens, 8-bit weights; ${examples} dev sentences of ${meanTokens.after.toFixed(1)} tokens on average`;
  const before = `the model it was made of, all tokens, fp32; the same sentences, ${meanTokens.before.toFixed(1)} tokens on average`;
  const ofConfig = (name: string, { lengthConfig, cost, accuracy }: DemoModel['configs'][number]): Row[] => {
    const lengths = `lengths ${lengthConfig.join(' ')}`;
    return [
      { id: `demo-model.${name}.accuracy`, value: accuracy.after, unit: 'accuracy', note: `${lengths}; ${after}` },
      { id: `demo-model.${name}.accuracy_before`, value: accuracy.before, unit: 'accuracy', note: `${lengths}; ${before}` },
      { id: `demo-model.${name}.cost`, value: cost, unit: 'share of the full MACs', note: `${lengths}; ${after}` },
    ];
  };
  return [
    { id: 'demo-model.bytes', value: bytes.after, unit: 'bytes', note: `model.safetensors; ${after}` },
    { id: 'demo-model.bytes_before', value: bytes.before, unit: 'bytes', note: `model.safetensors; ${before}` },
    ...configs.flatMap((config, index) => ofConfig(index === configs.length - 1 ? 'full' : `point_${index}`, config)),
  ];
};

const model = await demoModel(out);
if (model) {
  await describeModel(out, model);
  report('demo-model', rowsOf(model));
}
