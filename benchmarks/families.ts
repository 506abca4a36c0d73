/** What half the multiply-accumulates save in time, family by family: encoders of published shapes with random weights on ONNX Runtime, one thread. */
import { cost, createRandom, fullLength } from '@length-adaptive/core';
import type { ModelConfig } from '@length-adaptive/models';
import { createTaskModel } from '@length-adaptive/models';
import { hostModel } from '@length-adaptive/onnx';
import type { Dimensions } from '@length-adaptive/models';
import { constantRatioChain } from '@length-adaptive/search';
import * as tf from '@tensorflow/tfjs';
import type { Row } from './harness.js';
import { compareInTurn, formatSpread, ratio, report, spread } from './harness.js';
import { openOurs } from './onnx/bare-encoder.js';
import { roundsOf } from './onnx/rounds.js';

const tokens = 384;
const base = {
  vocab_size: 1000, // a table costs nothing but room
  hidden_size: 768,
  num_attention_heads: 12,
  num_hidden_layers: 12,
  intermediate_size: 3072,
  max_position_embeddings: 514,
  initializer_range: 0.02,
};

/** The shapes of BERT-base, XLM-R-base, all-mpnet-base, ModernBERT-base, DeBERTa-v3-base and nomic-embed-text. */
const shapes: Readonly<Record<string, ModelConfig>> = {
  bert: { ...base, model_type: 'bert' },
  'xlm-roberta': { ...base, model_type: 'xlm-roberta', pad_token_id: 1 },
  mpnet: { ...base, model_type: 'mpnet', pad_token_id: 1 },
  modernbert: { ...base, model_type: 'modernbert', num_hidden_layers: 22, intermediate_size: 1152 },
  'deberta-v2': {
    ...base,
    model_type: 'deberta-v2',
    max_position_embeddings: 512,
    relative_attention: true,
    position_buckets: 256,
    pos_att_type: 'p2c|c2p',
    share_att_key: true,
    norm_rel_ebd: 'layer_norm',
    position_biased_input: false,
  },
  nomic_bert: {
    model_type: 'nomic_bert',
    vocab_size: 1000,
    n_embd: 768,
    n_head: 12,
    n_layer: 12,
    n_inner: 3072,
    n_positions: 2048,
  },
};

/** What every layer keeps of what it gets, so that half of the MACs are left. */
const halfOf = (dimensions: Dimensions): readonly number[] => {
  const { layers } = dimensions;
  const full = cost(dimensions, fullLength(layers), tokens);
  let [low, high] = [0.5, 1];
  for (let i = 0; i < 20; i++) {
    const keep = (low + high) / 2;
    if (cost(dimensions, constantRatioChain(layers, keep), tokens) > full / 2) high = keep;
    else low = keep;
  }
  return constantRatioChain(layers, low);
};

await tf.setBackend('cpu'); // holds weights
const asked = process.argv.slice(2);
const rows: Row[] = [];
/** Of BERT: milliseconds at full length for each MAC. */
let usual = Number.NaN;
for (const [name, config] of Object.entries(shapes)) {
  if (asked.length > 0 && name !== 'bert' && !asked.includes(name)) continue;
  const model = createTaskModel(config, new Map(), { fresh: true });
  const encoder = await openOurs(await hostModel(model, { withHead: false, copy: false }), 'fp32', 1);
  model.dispose();
  const { dimensions } = encoder;
  const random = createRandom(1);
  const inputs = [{ ids: Int32Array.from({ length: tokens }, () => random.integer(5, 999)) }];
  const half = halfOf(dimensions);
  const times = await compareInTurn(
    { full: encoder.prepare(inputs), half: encoder.prepare(inputs, half) },
    { rounds: roundsOf(7), warmup: 1 },
  );
  await encoder.release();
  const full = cost(dimensions, fullLength(dimensions.layers), tokens);
  const gain = ratio(times.full, times.half);
  const macs = full / cost(dimensions, half, tokens);
  const milliseconds = spread(times.full).p50;
  if (name === 'bert') usual = milliseconds / full;
  rows.push(
    {
      id: `families.eff.${name}`,
      value: gain.p50 / macs,
      unit: 'gain in time / gain in MACs',
      note: `${tokens} tokens, one thread: ${macs.toFixed(2)}x fewer MACs, ${formatSpread(gain)}x faster than its full length, ${milliseconds.toFixed(0)} -> ${spread(times.half).p50.toFixed(0)} ms`,
    },
    {
      id: `families.full.${name}`,
      value: milliseconds / full / usual,
      unit: 'time a MAC at full length, as a share of that of BERT-base',
      note: `${(full / 1e9).toFixed(1)} billion MACs in ${milliseconds.toFixed(0)} ms`,
    },
  );
}
report('families', rows);
process.exit(0);
