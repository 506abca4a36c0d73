/** Training: the compiled step against PyTorch's, and a LengthDrop sandwich step against a plain one. TinyBERT-4L, 32 rows of 64 tokens. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Dropout, Gradients, Sandwich } from '@length-adaptive/core';
import { adamW, createAdamWState, createRandom, drawSandwich, globalNorm } from '@length-adaptive/core';
import type { LabelledInput, TaskModel } from '@length-adaptive/models';
import { createTaskModel, sequenceClassification } from '@length-adaptive/models';
import { onnxTrainingEngine } from '@length-adaptive/onnx';
import type { Row } from '../harness.js';
import { compareInTurn, formatSpread, ratio, spread } from '../harness.js';
import { roundsOf } from './rounds.js';

const shape = {
  layers: 4,
  hidden: 312,
  heads: 12,
  intermediate: 1200,
  vocabulary: 30_522,
  positions: 512,
  classes: 2,
  batch: 32,
  tokens: 64,
};
const dropoutRate = 0.1;

/** Steps of an epoch of SST-2 (67,349 phrases) in batches of 32. */
const sst2Steps = Math.ceil(67_349 / shape.batch);

const rounds = roundsOf(7);

const createModel = (): TaskModel =>
  createTaskModel(
    {
      model_type: 'bert',
      vocab_size: shape.vocabulary,
      hidden_size: shape.hidden,
      num_hidden_layers: shape.layers,
      num_attention_heads: shape.heads,
      intermediate_size: shape.intermediate,
      max_position_embeddings: shape.positions,
    },
    new Map(),
    { fresh: true, task: sequenceClassification(['no', 'yes']) },
  );

/** A step as the trainer does it: passes, clipping, AdamW. */
const createSteps = async (
  threads: number,
): Promise<{ step(sandwich: Sandwich): Promise<void>; release(): Promise<void> }> => {
  const model = createModel();
  const engine = await onnxTrainingEngine(model, { threads });
  const weights = await engine.training.readWeights();
  const state = createAdamWState();
  const random = createRandom(1);
  let count = 0;
  return {
    step: async (sandwich) => {
      const batch: LabelledInput[] = Array.from({ length: shape.batch }, () => ({
        input: { ids: Array.from({ length: shape.tokens }, () => random.integer(0, shape.vocabulary - 1)) },
        target: random.integer(0, 1),
      }));
      const gradients: Gradients = new Map();
      const number = count++;
      const dropout = (pass: number): Dropout => ({
        hidden: dropoutRate,
        attention: dropoutRate,
        random: createRandom(1, number, pass),
      });
      await engine.training.step(batch, sandwich, gradients, { dropout });
      adamW(weights, gradients, state, 1e-4, {}, Math.min(1, 1 / globalNorm(gradients)));
      engine.training.writeWeights(weights);
    },
    release: async () => {
      await engine.release();
      model.dispose();
    },
  };
};

const python = process.env['PYTHON'] ?? '/usr/bin/python3';
const hasTorch = (): boolean => {
  try {
    execFileSync(python, ['-c', 'import torch'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** Debian's PyTorch with a fast BLAS: without OpenBLAS it is twenty times slower. */
const installTorch = (): boolean => {
  if (hasTorch()) return true;
  if (!existsSync('/usr/bin/apt-get') || process.getuid?.() !== 0) return false;
  try {
    execFileSync('apt-get', ['update', '-qq'], { stdio: 'ignore' });
    execFileSync(
      'apt-get',
      ['install', '-y', '-qq', '--no-install-recommends', 'python3-torch', 'libopenblas0-pthread'],
      { stdio: 'ignore' },
    );
  } catch {
    return false;
  }
  return hasTorch();
};

/** Milliseconds of steps in PyTorch, in a process of its own. */
const torchSteps = (threads: number, steps: number): number[] => {
  const script = fileURLToPath(new URL('../peers/torch_step.py', import.meta.url));
  const input = JSON.stringify({ ...shape, threads, steps, warmup: 2, dropout: dropoutRate });
  const env = { ...process.env, OMP_NUM_THREADS: String(threads), OPENBLAS_NUM_THREADS: String(threads) };
  return JSON.parse(execFileSync(python, [script], { input, env, encoding: 'utf8' })) as number[];
};

/** Ours and theirs in turn, a few steps of each at a time: they are two processes, and only one may run. */
const againstTorch = async (threads: number): Promise<{ ours: number[]; theirs: number[] }> => {
  const steps = await createSteps(threads);
  const plain = { full: {}, reduced: [] };
  const [ours, theirs]: [number[], number[]] = [[], []];
  for (let round = 0; round < Math.ceil(rounds / 3); round++) {
    const times = await compareInTurn({ ours: () => steps.step(plain) }, { rounds: 4, warmup: round === 0 ? 2 : 1 });
    ours.push(...times.ours);
    theirs.push(...torchSteps(threads, 4));
  }
  await steps.release();
  return { ours, theirs };
};

export const trainingRows = async (): Promise<Row[]> => {
  const rows: Row[] = [];
  const setting = `TinyBERT-4L, ${shape.batch} x ${shape.tokens} tokens, dropout ${dropoutRate}, clipping and AdamW included`;
  if (installTorch()) {
    for (const threads of [1, 2]) {
      const { ours, theirs } = await againstTorch(threads);
      const value = spread(ours).p50 / spread(theirs).p50;
      rows.push({
        id: threads === 1 ? 'train.vs_torch' : `train.vs_torch.t${threads}`,
        value,
        unit: "share of PyTorch's step time",
        note: `${setting}; ${threads} thread${threads > 1 ? 's' : ''}; ours ${formatSpread(spread(ours), 0)} ms, Debian's PyTorch ${formatSpread(spread(theirs), 0)} ms`,
      });
    }
  } else {
    console.log(
      `train.vs_torch is left out: ${python} has no torch and it cannot be installed here (apt-get install python3-torch libopenblas0-pthread).`,
    );
  }

  for (const threads of [1, 2]) {
    const steps = await createSteps(threads);
    const random = createRandom(2);
    const sandwich = (dropRatioBound: number) => () =>
      steps.step(drawSandwich({ layers: shape.layers, dropRatioBound }, random));
    const times = await compareInTurn(
      { plain: () => steps.step({ full: {}, reduced: [] }), p20: sandwich(0.2), p40: sandwich(0.4) },
      { rounds, warmup: 1 },
    );
    for (const [name, bound] of [
      ['p20', 0.2],
      ['p40', 0.4],
    ] as const) {
      // prettier-ignore
      const cost = ratio(times[name], times.plain);
      rows.push({
        id: name === 'p20' && threads === 1 ? 'train.sandwich_ratio' : `train.sandwich_ratio.${name}.t${threads}`,
        value: cost.p50,
        unit: 'times a plain step',
        note: `${setting}; 4 passes, p = ${bound}, ${threads} thread${threads > 1 ? 's' : ''}; ${formatSpread(cost)}`,
      });
    }
    rows.push({
      id: `train.sst2_epoch.t${threads}`,
      value: (spread(times.plain).p50 * sst2Steps) / 60_000,
      unit: 'minutes',
      note: `${sst2Steps} plain steps at ${spread(times.plain).p50.toFixed(0)} ms, an upper bound: SST-2 phrases are shorter than ${shape.tokens} tokens; a LengthDrop epoch ${((spread(times.p20).p50 * sst2Steps) / 60_000).toFixed(0)} minutes`,
    });
    await steps.release();
  }
  return rows;
};
