import type {
  ComparedValues,
  EncoderInput,
  FullPass,
  Observe,
  Observed,
  Projections,
  TrainableModel,
  TrainingEngine,
  TrainingPass,
} from '@length-adaptive/core';
import {
  attentionLoss,
  dense,
  encode,
  extentOf,
  hiddenStateLoss,
  relationLoss,
  tensorEngine,
  tensorLossOps,
} from '@length-adaptive/core';
import * as tf from '@tensorflow/tfjs';
import type { Scalar, Tensor, Tensor2D, Tensor4D, TensorContainer } from '@tensorflow/tfjs';
import { trainable } from '../fine-tune.js';
import type { Lesson } from '../predicting-pass.js';
import { lookUpSaliency, predictingPass } from '../predicting-pass.js';
import { comparedArrays } from '../../tasks/adaptation-loss.js';
import type { LabelledInput } from '../../tasks/labelled-input.js';
import { logitShape } from '../../tasks/readout.js';
import { widthOf } from '../../tasks/target-arrays.js';
import { distillationLoss, taskLoss } from '../../tasks/tensor-losses.js';
import type { AdaptationPlan } from './plan-adaptation.js';
import type {
  Distillation,
  IntermediateDistillation,
  PredictionDistillation,
  RelationDistillation,
} from './plan-distillation.js';
import { observedLayers } from './observed-layers.js';

type Batch = readonly LabelledInput[];

/** How a student learns. */
interface Lessons<Targets> {
  /** Parameters besides the student's own. */
  readonly variables: TrainableModel<Batch>['variables'];
  /** What the teacher makes of a batch: tensors, which the caller disposes of. */
  ask(batch: Batch): Promise<Targets>;
  /** What the student's pass learns of that, or the pass itself with its loss. */
  readonly learn:
    | { readonly answers: (batch: Batch, targets: Targets) => Lesson }
    | { readonly pass: (batch: Batch, targets: Targets, pass: TrainingPass) => FullPass };
  /** Loss of a sub-model. Default: the task's, against what the full pass gave. */
  distil?(targets: Targets, reduced: Tensor): Scalar;
}

const inputsOf = (batch: Batch): EncoderInput[] => batch.map(({ input }) => input);

const predictionLessons = ({ student, teacher, temperature, labelLoss }: PredictionDistillation): Lessons<Tensor> => {
  const { task } = student;
  return {
    variables: new Map(),
    ask: async (batch) => {
      const logits = await teacher.run(inputsOf(batch));
      return tf.tensor(logits, logitShape(task.readout, { rows: batch.length, width: widthOf(batch) }));
    },
    learn: {
      answers: (batch, targets) => ({
        batch,
        loss: (logits) => {
          const distilled = distillationLoss(task, targets, logits, batch, { temperature });
          return labelLoss === 0 ? distilled : tf.add(distilled, tf.mul(taskLoss(task, logits, batch), labelLoss));
        },
      }),
    },
  };
};

const intermediateLessons = (distillation: IntermediateDistillation): Lessons<Observed> => {
  const { student, teacher, fit, stateWeight, attentionWeight } = distillation;
  const layers = observedLayers(distillation);
  const sum = (terms: readonly Scalar[]): Scalar => tf.addN([...terms]);
  return {
    variables: new Map(fit.parameters.map(({ spec, variable }) => [spec.name, variable])),
    ask: (batch) => Promise.resolve(observe(teacher, batch, layers.teacher)),
    learn: {
      pass: (batch, targets, { dropout }) => {
        const extent = extentOf(inputsOf(batch));
        const { observed } = encode(student.encoder, inputsOf(batch), {
          observe: layers.student,
          wanted: 'survivors',
          dropout,
        });
        const states = observed.states.map((state, i) =>
          hiddenStateLoss(targets.states[layers.stateOf[i] as number] as Tensor2D, dense(state, fit.weights), extent),
        );
        const attention = observed.attention.map((own, i) =>
          attentionLoss(targets.attention[layers.attentionOf[i] as number] as Tensor4D, own, extent),
        );
        return { loss: tf.add(tf.mul(sum(states), stateWeight), tf.mul(sum(attention), attentionWeight)) };
      },
    },
  };
};

const relationLessons = ({
  student,
  teacher,
  studentLayer,
  teacherLayer,
  relationHeads: heads,
}: RelationDistillation): Lessons<Observed> => ({
  variables: new Map(),
  ask: (batch) => Promise.resolve(observe(teacher, batch, { projections: [teacherLayer] })),
  learn: {
    pass: (batch, targets, { dropout }) => {
      const { observed } = encode(student.encoder, inputsOf(batch), {
        observe: { projections: [studentLayer] },
        wanted: 'survivors',
        dropout,
      });
      return {
        loss: relationLoss(
          targets.projections[0] as Projections,
          observed.projections[0] as Projections,
          extentOf(inputsOf(batch)),
          { heads },
        ),
      };
    },
  },
});

/** What a teacher's encoder reports of a batch. */
const observe = ({ encoder }: IntermediateDistillation['teacher'], batch: Batch, wanted: Observe): Observed => {
  const { hidden, observed } = encode(encoder, inputsOf(batch), { observe: wanted, wanted: 'survivors' });
  hidden.dispose();
  return observed;
};

/** Every step asks the teacher first, outside the pass that is differentiated. */
const teach = <Targets>(
  student: Distillation['student'],
  { variables, ask, learn, distil }: Lessons<Targets>,
): TrainingEngine<Batch> => {
  interface Taught {
    readonly batch: Batch;
    readonly targets: Targets;
  }
  const own = trainable(student);
  const learner: TrainableModel<Taught> = {
    variables: new Map([...own.variables, ...variables]),
    rowsRead: ({ batch }) => own.rowsRead?.(batch) ?? new Map<string, Int32Array>(),
    lookUp: ({ batch, targets }, pass) =>
      'answers' in learn ? lookUpSaliency(student, pass, learn.answers(batch, targets)) : [],
    fullPass: ({ batch, targets }, pass, found) =>
      'answers' in learn
        ? predictingPass(student, pass, learn.answers(batch, targets), found)
        : learn.pass(batch, targets, pass),
    logits: ({ batch }, pass) => own.logits(batch, pass),
    taskLoss: (logits, { batch }) => own.taskLoss(logits, batch),
    distillationLoss: (full, reduced, { batch, targets }, options) =>
      distil?.(targets, reduced) ?? own.distillationLoss(full, reduced, batch, options),
  };
  const { step, ...weights } = tensorEngine(learner);
  return {
    ...weights,
    step: async (batch, sandwich, gradients, options) => {
      const targets = await ask(batch);
      try {
        return await step({ batch, targets }, sandwich, gradients, options);
      } finally {
        tf.dispose(targets as TensorContainer);
      }
    },
  };
};

/** What a frozen original says of a batch, and what is compared in it. */
interface AdaptationTargets extends ComparedValues<Tensor> {
  /** [B, outputs] */
  readonly answers: Tensor;
}

/** Every pass learns from the original: sub-models too. */
const adaptationLessons = (plan: AdaptationPlan): Lessons<AdaptationTargets> => {
  const { student, teacher, loss } = plan;
  const given = ({ answers }: AdaptationTargets, logits: Tensor) => ({ teacher: answers, student: logits });
  return {
    variables: new Map(),
    ask: async (batch) => {
      const answers = await teacher.run(inputsOf(batch));
      const { weights, bias } = comparedArrays(loss, batch);
      const rows = batch.length;
      return {
        answers: tf.tensor(answers, logitShape(student.task.readout, { rows, width: widthOf(batch) })),
        weights: tf.tensor2d(weights, [rows, 1]),
        bias: tf.tensor2d(bias, [rows, rows]),
      };
    },
    learn: {
      answers: (batch, targets) => ({
        batch,
        loss: (logits) => loss.full(tensorLossOps, given(targets, logits), targets) as Scalar,
        unlabelled: true,
      }),
    },
    distil: (targets, logits) => loss.reduced(tensorLossOps, given(targets, logits), targets, plan) as Scalar,
  };
};

/** Distils on TensorFlow.js, on the student's own variables. A teacher of prediction distillation may run on any engine. */
export const tensorDistillationEngine = (distillation: Distillation): TrainingEngine<Batch> => {
  const { student } = distillation;
  if (distillation.method === 'adaptation') return teach(student, adaptationLessons(distillation));
  if (distillation.method === 'prediction') return teach(student, predictionLessons(distillation));
  return teach(
    student,
    distillation.method === 'intermediate' ? intermediateLessons(distillation) : relationLessons(distillation),
  );
};
