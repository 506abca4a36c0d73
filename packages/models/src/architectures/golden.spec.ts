import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { EncodeOptions, EncoderInput, Gradients } from '@length-adaptive/core';
import { encode, fromAbsoluteLengths, sandwichStep } from '@length-adaptive/core';
import { useWasm } from '@length-adaptive/core/wasm';
import * as tf from '@tensorflow/tfjs';
import { readSafetensors } from '../safetensors.js';
import type { TensorData } from '../safetensors.js';
import { createTaskModel } from '../task-model.js';
import type { TaskModel } from '../task-model.js';
import { questionAnswering } from '../tasks/question-answering.js';
import { distillationLoss, taskLoss } from '../tasks/task-losses.js';

/** Reference numbers computed in float64 by PyTorch; see fixtures/golden/README.md. */
const rowsOf = ({ shape, data }: TensorData): number[][] => {
  const width = shape.at(-1) ?? 1;
  return Array.from({ length: data.length / width }, (_, row) => Array.from(data.slice(row * width, (row + 1) * width)));
};

/** WebGPU where there is one: in Node when LENGTH_ADAPTIVE_DAWN names Dawn's `dawn.node`. */
const hasWebGpu = (globalThis as { navigator?: { gpu?: unknown } }).navigator?.gpu !== undefined;

const families = ['bert', 'distilbert'] as const;
const backends = [
  { backend: 'cpu', tolerance: 1e-4 },
  { backend: 'wasm', tolerance: 1e-3 },
  ...(hasWebGpu ? [{ backend: 'webgpu', tolerance: 1e-3 }] : []),
];

describe.each(families.flatMap((family) => backends.map((backend) => ({ family, ...backend }))))('$family against the golden numbers on $backend', ({ family, backend, tolerance }) => {
  const golden = path.join(__dirname, '../../fixtures/golden', family);
  const tensorsOf = (file: string) => readSafetensors(readFileSync(path.join(golden, file))).tensors;
  const expected = tensorsOf('expected.safetensors');
  const config = JSON.parse(readFileSync(path.join(golden, 'config.json'), 'utf8')) as Record<string, unknown>;

  const reference = (name: string): TensorData => {
    const tensor = expected.get(name);
    if (!tensor) throw new Error(`the golden file has no ${name}`);
    return tensor;
  };
  const numbers = (name: string): number[] => Array.from(reference(name).data);

  const lengths = numbers('lengths');
  const dropped = fromAbsoluteLengths(lengths, 16);
  const hasTypes = expected.has('token_type_ids');
  const typeIds = hasTypes ? rowsOf(reference('token_type_ids')) : undefined;
  const inputs: EncoderInput[] = rowsOf(reference('input_ids')).map((ids, row) => ({ ids, typeIds: typeIds?.[row] }));
  const mask = rowsOf(reference('padded.attention_mask'));
  const padded: EncoderInput[] = rowsOf(reference('padded.input_ids')).map((ids, row) => {
    const real = (mask[row] ?? []).reduce((sum, slot) => sum + slot, 0);
    return { ids: ids.slice(0, real), typeIds: typeIds?.[row]?.slice(0, real) };
  });

  /** Largest absolute difference; NaN anywhere gives NaN, which no bound lets pass. */
  const difference = (values: ArrayLike<number>, name: string): number => {
    const wanted = reference(name).data;
    expect(values.length).toBe(wanted.length);
    let largest = 0;
    for (let i = 0; i < wanted.length; i++) {
      const gap = Math.abs((values[i] as number) - (wanted[i] as number));
      if (!(gap <= largest)) largest = gap;
    }
    return largest;
  };

  let model: TaskModel;

  beforeAll(async () => {
    if (backend === 'webgpu') await import('@tensorflow/tfjs-backend-webgpu');
    expect(await (backend === 'wasm' ? useWasm().then(() => true) : tf.setBackend(backend))).toBe(true);
    model = createTaskModel(config, tensorsOf('model.safetensors'));
  });
  afterAll(() => model.dispose());

  const hidden = async (rows: readonly EncoderInput[], options: EncodeOptions = {}): Promise<Float32Array> => {
    const output = encode(model.encoder, rows, options);
    const values = (await output.hidden.data()) as Float32Array;
    output.hidden.dispose();
    return values;
  };
  const logits = async (rows: readonly EncoderInput[], lengthConfig?: readonly number[]): Promise<Float32Array> => {
    const output = model.logits(rows, { config: lengthConfig });
    const values = (await output.data()) as Float32Array;
    output.dispose();
    return values;
  };
  const traceOf = async (rows: readonly EncoderInput[], lengthConfig?: readonly number[]) => {
    const output = encode(model.encoder, rows, { config: lengthConfig, trace: true, restore: false });
    const layers = [];
    for (const { positions, scores } of output.trace) {
      layers.push({ positions: await positions.array(), scores: (await scores.data()) as Float32Array });
      tf.dispose([positions, scores]);
    }
    output.hidden.dispose();
    return layers;
  };

  test('full length: hidden states, logits, significance', async () => {
    expect(difference(await hidden(inputs), 'full.last_hidden_state')).toBeLessThan(tolerance);
    expect(difference(await logits(inputs), 'full.logits')).toBeLessThan(tolerance);
    (await traceOf(inputs)).forEach(({ scores }, layer) => {
      expect(difference(scores, `full.significance.${layer}`)).toBeLessThan(tolerance);
    });
  });

  test('dropped: hidden states restored to input order, logits, significance, kept positions', async () => {
    expect(difference(await hidden(inputs, { config: dropped }), 'dropped.last_hidden_state')).toBeLessThan(tolerance);
    expect(difference(await logits(inputs, dropped), 'dropped.logits')).toBeLessThan(tolerance);
    (await traceOf(inputs, dropped)).forEach(({ positions, scores }, layer) => {
      expect(difference(scores, `dropped.significance.${layer}`)).toBeLessThan(tolerance);
      expect(positions).toEqual(rowsOf(reference(`dropped.kept_positions.${layer}`)));
    });
  });

  if (expected.has('dropped.start_logits')) {
    test('dropped: where an answer starts and ends', async () => {
      const reader = createTaskModel(config, tensorsOf('model.safetensors'), { task: questionAnswering() });
      const output = await reader.run(inputs, { config: dropped }); // [B, T, 2]
      expect(difference(output.filter((_, i) => i % 2 === 0), 'dropped.start_logits')).toBeLessThan(tolerance);
      expect(difference(output.filter((_, i) => i % 2 === 1), 'dropped.end_logits')).toBeLessThan(tolerance);
      reader.dispose();
    });
  }

  test('a padded batch at full length', async () => {
    expect(difference(await hidden(padded), 'padded.full.last_hidden_state')).toBeLessThan(tolerance);
    expect(difference(await logits(padded), 'padded.full.logits')).toBeLessThan(tolerance);
  });

  test('rows of different lengths in one batch get what each gets alone', async () => {
    const all = await hidden(padded, { config: dropped });
    const allLogits = await logits(padded, dropped);
    const { outputs } = model.task;
    const trace = await traceOf(padded, dropped);
    padded.forEach(({ ids }, row) => {
      const own = all.subarray(row * 16 * 32, row * 16 * 32 + ids.length * 32);
      expect(difference(own, `ratio.${row}.last_hidden_state`)).toBeLessThan(tolerance);
      expect(difference(allLogits.subarray(row * outputs, (row + 1) * outputs), `ratio.${row}.logits`)).toBeLessThan(tolerance);
      trace.forEach(({ positions }, layer) => {
        const kept = numbers(`ratio.${row}.kept_positions.${layer}`);
        expect((positions[row] ?? []).slice(0, kept.length)).toEqual(kept);
      });
    });
  });

  test('LayerDrop: only the named layers run', async () => {
    const output = await hidden(inputs, { config: dropped, layers: numbers('layerdrop.layers') });
    expect(difference(output, 'layerdrop.last_hidden_state')).toBeLessThan(tolerance);
  });

  test('one sandwich step: losses and the gradient of every parameter', async () => {
    const before = tf.memory().numTensors;
    const labels = numbers('train.labels');
    const batch = inputs.map((input, row) => ({ input, target: labels[row] ?? 0 }));
    const gradients: Gradients = new Map();
    const losses = await sandwichStep(
      {
        variables: new Map(model.parameters.map(({ spec, variable }) => [spec.name, variable])),
        logits: (rows: readonly EncoderInput[], pass) => model.logits(rows, pass),
        taskLoss: (output) => taskLoss(model.task, output, batch),
        distillationLoss: (teacher, student, _, options) => distillationLoss(model.task, teacher, student, batch, options),
      },
      inputs,
      {
        full: {},
        reduced: rowsOf(reference('train.length_configs')).map((row) => ({ config: fromAbsoluteLengths(row, 16) })),
      },
      gradients,
    );

    expect(Math.abs(losses.taskLoss - (numbers('train.task_loss')[0] ?? Number.NaN))).toBeLessThan(tolerance);
    expect(Math.abs(losses.loss - (numbers('train.loss')[0] ?? Number.NaN))).toBeLessThan(tolerance);
    expect(difference(losses.distillationLosses, 'train.kl_losses')).toBeLessThan(tolerance);

    const names = [...expected.keys()].filter((name) => name.startsWith('train.grad.'));
    expect(names).toHaveLength(model.parameters.length);
    for (const { spec } of model.parameters) {
      const gradient = gradients.get(spec.name)?.values ?? new Float32Array();
      const [outputs = 0, ins = 0] = spec.shape;
      const inFileLayout = spec.transposed
        ? Float32Array.from(gradient, (_, i) => gradient[(i % ins) * outputs + Math.floor(i / ins)] as number)
        : gradient;
      const gap = difference(inFileLayout, `train.grad.${spec.name}`);
      if (!(gap < tolerance)) throw new Error(`gradient of ${spec.name} is off by ${gap}`);
    }
    expect(tf.memory().numTensors).toBe(before);
  });
});
