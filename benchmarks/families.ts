/**
 * What half the multiply-accumulates save in time, family by family, and what the full length takes beside an independent graph: encoders of
 * published shapes with random weights on ONNX Runtime, one thread. `BENCH_FAMILIES=mpnet,bert` measures these and leaves other rows as they
 * are. `BENCH_PYTHON` names a Python with torch, transformers, onnx and onnxscript that exports the independent graphs; without it there are
 * no new `families.full`.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { cost, createRandom, fullLength } from '@length-adaptive/core';
import type { ModelConfig } from '@length-adaptive/models';
import { createTaskModel } from '@length-adaptive/models';
import { hostModel } from '@length-adaptive/onnx';
import type { Dimensions } from '@length-adaptive/models';
import { constantRatioChain } from '@length-adaptive/search';
import * as tf from '@tensorflow/tfjs';
import type { Row } from './harness.js';
import { compareInTurn, formatSpread, ratio, report, spread } from './harness.js';
import { openFile, openOurs } from './onnx/bare-encoder.js';
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

/** The shapes of BERT-base, XLM-R-base, all-mpnet-base, mobilebert-uncased, ModernBERT-base, DeBERTa-v3-base, Funnel-Transformer's small-base, nomic-embed-text and gte-base-en-v1.5. */
const shapes: Readonly<Record<string, ModelConfig>> = {
  bert: { ...base, model_type: 'bert' },
  'xlm-roberta': { ...base, model_type: 'xlm-roberta', type_vocab_size: 1, pad_token_id: 1 },
  mpnet: { ...base, model_type: 'mpnet', pad_token_id: 1 },
  mobilebert: {
    ...base,
    model_type: 'mobilebert',
    hidden_size: 512,
    num_attention_heads: 4,
    num_hidden_layers: 24,
    intermediate_size: 512,
    max_position_embeddings: 512,
    hidden_act: 'relu',
  },
  modernbert: {
    ...base,
    model_type: 'modernbert',
    num_hidden_layers: 22,
    intermediate_size: 1152,
    pad_token_id: 0,
    bos_token_id: 2,
    eos_token_id: 3,
    cls_token_id: 2,
    sep_token_id: 3,
  },
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
    type_vocab_size: 0,
  },
  funnel: {
    model_type: 'funnel',
    vocab_size: 1000,
    block_sizes: [4, 4, 4],
    d_model: 768,
    n_head: 12,
    d_head: 64,
    d_inner: 3072,
    max_position_embeddings: 512,
    initializer_range: 0.02,
  },
  nomic_bert: { ...base, model_type: 'nomic_bert', max_position_embeddings: 2048 },
  new: {
    ...base,
    model_type: 'new',
    max_position_embeddings: 8192,
    type_vocab_size: 0,
    rope_theta: 500_000,
    rope_scaling: { factor: 2, type: 'ntk' },
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

const folder = fileURLToPath(new URL('.', import.meta.url));
const results = path.join(folder, 'results/families.json');
const python = process.env['BENCH_PYTHON'];
const asked = process.env['BENCH_FAMILIES']?.split(',') ?? Object.keys(shapes);
const unknown = asked.filter((name) => !(name in shapes));
if (unknown.length > 0)
  throw new Error(`BENCH_FAMILIES: ${unknown.join(', ')}; expected some of ${Object.keys(shapes).join(', ')}.`);

/** Families whose code in transformers counts positions in Python, so that a graph of it is for inputs of one length alone. */
const withoutGraph: readonly unknown[] = ['funnel'];

/** An independent graph of the same shape, and what made it; undefined where there is nothing to make it with. */
const exported = (config: ModelConfig, to: string): string | undefined =>
  python === undefined || withoutGraph.includes(config['model_type'])
    ? undefined
    : execFileSync(python, [path.join(folder, 'families/export.py'), to], {
        input: JSON.stringify(config),
        encoding: 'utf8',
        stdio: ['pipe', 'pipe', 'ignore'],
      }).trim();

const measure = async (name: string, config: ModelConfig, temporary: string): Promise<readonly Row[]> => {
  const file = path.join(temporary, `${name}.onnx`);
  const exporter = exported(config, file);
  const model = createTaskModel(config, new Map(), { fresh: true });
  const encoder = await openOurs(await hostModel(model, { withHead: false, copy: false }), 'fp32', 1);
  model.dispose();
  const { dimensions } = encoder;
  const theirs = exporter === undefined ? undefined : await openFile(readFileSync(file), dimensions, 1);
  const random = createRandom(1);
  const inputs = [{ ids: Int32Array.from({ length: tokens }, () => random.integer(5, 999)) }];
  const half = halfOf(dimensions);
  const contenders: Record<string, () => unknown> = {
    full: encoder.prepare(inputs),
    half: encoder.prepare(inputs, half),
    ...(theirs && { theirs: theirs.prepare(inputs) }),
  };
  const {
    full = [],
    half: reduced = [],
    theirs: independent,
  } = await compareInTurn(contenders, {
    rounds: roundsOf(9),
    warmup: 1,
  });
  await encoder.release();
  await theirs?.release();
  const gain = ratio(full, reduced);
  const macs = cost(dimensions, fullLength(dimensions.layers), tokens) / cost(dimensions, half, tokens);
  const rows: Row[] = [
    {
      id: `families.eff.${name}`,
      value: gain.p50 / macs,
      unit: 'gain in time / gain in MACs',
      note: `${tokens} tokens, one thread: ${macs.toFixed(2)}x fewer MACs, ${formatSpread(gain)}x faster than its full length, ${spread(full).p50.toFixed(0)} -> ${spread(reduced).p50.toFixed(0)} ms`,
    },
  ];
  if (independent && exporter !== undefined) {
    const share = ratio(full, independent);
    rows.push({
      id: `families.full.${name}`,
      value: share.p50,
      unit: 'time at full length / that of an independent graph',
      note: `${tokens} tokens, one thread: ${formatSpread(share)}, ${spread(full).p50.toFixed(0)} against ${spread(independent).p50.toFixed(0)} ms of a graph by ${exporter}`,
    });
  }
  return rows;
};

await tf.setBackend('cpu'); // holds weights
const temporary = mkdtempSync(path.join(tmpdir(), 'families-'));
process.on('exit', () => rmSync(temporary, { recursive: true, force: true }));
const before: readonly Row[] = existsSync(results) ? (JSON.parse(readFileSync(results, 'utf8')) as Row[]) : [];
const measured = new Map(before.map((row) => [row.id, row]));
for (const name of asked) {
  for (const row of await measure(name, shapes[name] ?? {}, temporary)) measured.set(row.id, row);
  report('families', [...measured.values()]); // what was measured is kept, whatever becomes of the next
}
if (python === undefined)
  console.log('BENCH_PYTHON is not set: no full length was compared with an independent graph.');
process.exit(0);
