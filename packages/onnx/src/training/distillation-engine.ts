import type { EncoderInput } from '@length-adaptive/core/encoder';
import { extentOf, slotValues } from '@length-adaptive/core/encoder';
import type { Gradients, SandwichLosses, SandwichOptions, TrainingEngine } from '@length-adaptive/core/training';
import type {
  AdaptationPlan,
  Distillation,
  DistillationEngine,
  LabelledInput,
  PredictionDistillation,
} from '@length-adaptive/models/engine';
import { createLifetime, isTaskModel } from '@length-adaptive/models/engine';
import { OnnxError } from '../errors.js';
import type { OnnxRuntime, RuntimeTensor, SessionOptions } from '../runtime.js';
import { tokenFeeds } from '../token-batch.js';
import type { LayerDistillation } from './distillation-graph.js';
import { distillationGraph } from './distillation-graph.js';
import { openEngine } from './onnx-engine.js';
import type { OpenGraph } from './open-graph.js';
import { openTrainingGraph, runGraph } from './open-graph.js';
import { dropoutFeeds, float, isDropping, scalar, tokenBias } from './pass-feeds.js';
import { addPassGradients } from './pass-gradients.js';
import { embeddingWidth, trainingModel } from './pass-graph.js';
import { openAnsweringTeacher, openObservedTeacher } from './teacher-session.js';
import { copyWeights } from './trained-weights.js';

type Batch = readonly LabelledInput[];

/** Learns from a teacher's logits, or an original's: its own if it runs on another engine, else those of a graph compiled of it. */
const answeringEngine = async (
  plan: PredictionDistillation | AdaptationPlan,
  options: SessionOptions,
): Promise<DistillationEngine> => {
  const { student, teacher } = plan;
  const session = isTaskModel(teacher) ? await openAnsweringTeacher(teacher, options) : undefined;
  const answer = async (inputs: readonly EncoderInput[]): Promise<Float32Array> =>
    session ? ((await session.ask(inputs))['logits']?.data as Float32Array) : teacher.run(inputs);
  const { temperature } = plan;
  const engine = await openEngine(
    student,
    options,
    plan.method === 'adaptation' ? { answer, plan } : { answer, temperature, labelLoss: plan.labelLoss },
  ).catch(async (error: unknown) => {
    await session?.release();
    throw error;
  });
  return {
    ...engine,
    answer,
    release: async () => {
      await engine.release(); // first, since its steps ask the teacher
      await session?.release();
    },
  };
};

/** What makes the losses means over what is real. */
const lossFeeds = (
  ort: OnnxRuntime,
  inputs: readonly EncoderInput[],
  distillation: LayerDistillation,
): Record<string, RuntimeTensor> => {
  const extent = extentOf(inputs);
  const { rows, width, counts } = extent;
  const tokens = counts.reduce((sum, count) => sum + count, 0);
  const shares = (among: number): Float32Array => slotValues(extent, { real: 1 / among, padding: 0 });
  const queries = (among: number): RuntimeTensor => float(ort, shares(among), [rows, 1, width, 1]);
  if (distillation.method === 'relations') {
    const bias = tokenBias(ort, inputs);
    return {
      key_bias: float(ort, bias.data as Float32Array, [rows, 1, 1, width]),
      token_weights: queries(tokens * distillation.relationHeads),
    };
  }
  const { student, teacher } = distillation;
  const pairs = counts.reduce((sum, count) => sum + count ** 2, 0);
  const heads = student.dimensions.heads === teacher.dimensions.heads ? teacher.dimensions.heads : 1; // of means over heads there is one
  return {
    state_weights: float(ort, shares(tokens * teacher.dimensions.hiddenSize), [rows, width, 1]),
    pair_weights: queries(pairs * heads),
  };
};

/** Learns from what a teacher's layers compute. */
const layerEngine = async (distillation: LayerDistillation, options: SessionOptions): Promise<DistillationEngine> => {
  const { student } = distillation;
  const model = trainingModel(student);
  const weights = await copyWeights([
    ...student.parameters,
    ...(distillation.method === 'intermediate' ? distillation.fit.parameters : []),
  ]);
  const teacher = await openObservedTeacher(distillation, options);
  const graphs = new Map<boolean, Promise<OpenGraph>>();
  const openGraph = (dropout: boolean): Promise<OpenGraph> => {
    const known =
      graphs.get(dropout) ?? openTrainingGraph(distillationGraph(model, distillation, { dropout }), options);
    graphs.set(dropout, known);
    return known;
  };

  const step = async (
    batch: Batch,
    { reduced }: { readonly reduced: readonly unknown[] },
    gradients: Gradients,
    given: SandwichOptions = {},
  ): Promise<SandwichLosses> => {
    if (reduced.length > 0)
      throw new OnnxError(
        'OPTION_INVALID',
        `LengthDrop goes with prediction distillation, not with ${distillation.method}.`,
      );
    const dropout = given.dropout?.(0);
    const dropping = isDropping(dropout);
    const inputs = batch.map(({ input }) => input);
    const { ort, session, dropouts, parameters } = await openGraph(dropping);
    const { heads, hiddenSize, layers } = student.dimensions;
    const targets = await teacher.ask(inputs);
    const outputs = await runGraph(session, {
      ...tokenFeeds(ort, inputs, { configs: [], layers, inputNames: session.inputNames }),
      ...weights.feeds(ort, session.inputNames),
      ...(dropping &&
        dropoutFeeds(ort, dropouts, inputs, undefined, dropout, {
          heads,
          size: hiddenSize,
          embeddingSize: embeddingWidth(model.dimensions),
          wanted: 'all',
        })),
      ...Object.fromEntries(Object.entries(targets).map(([name, value]) => [`teacher.${name}`, value])),
      ...lossFeeds(ort, inputs, distillation),
      weight: scalar(ort, given.scale ?? 1),
    });
    addPassGradients(gradients, outputs, inputs, { model, parameters, shapes: weights.shapes });
    const loss = (outputs['loss']?.data as Float32Array)[0] as number;
    return { loss, taskLoss: loss, distillationLosses: [] };
  };

  const lifetime = createLifetime('The distillation engine', async () => {
    await teacher.release();
    for (const graph of graphs.values()) await (await graph.catch(() => undefined))?.session.release(); // what did not open has nothing to release
  });
  const training: TrainingEngine<Batch> = {
    readWeights: weights.readWeights,
    writeWeights: weights.writeWeights,
    step: (...given) => lifetime.during(() => step(...given)),
  };
  return { training, release: () => lifetime.end() };
};

/**
 * Distils on ONNX Runtime: the teacher is one compiled graph that gives what the loss needs, the student's pass, forward and
 * backward, another.
 *
 * @throws OnnxError `PEER_MISSING`
 * @example
 * await distill(student, teacher, data, { method: 'intermediate', engine: (plan) => onnxDistillationEngine(plan) });
 */
export const onnxDistillationEngine = (
  distillation: Distillation,
  options: SessionOptions = {},
): Promise<DistillationEngine> =>
  distillation.method === 'prediction' || distillation.method === 'adaptation'
    ? answeringEngine(distillation, options)
    : layerEngine(distillation, options);
