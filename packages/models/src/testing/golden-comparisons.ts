import type { Gradients } from '@length-adaptive/core';
import { fromAbsoluteLengths, sandwichStep, tomeReducer } from '@length-adaptive/core';
import * as tf from '@tensorflow/tfjs';
import type { ParameterSpec } from '../architectures/parameter-specs.js';
import type { TaskModel } from '../model/task-model.js';
import { createTaskModel } from '../model/task-model.js';
import { embedding } from '../tasks/embedding.js';
import { questionAnswering } from '../tasks/question-answering.js';
import { distillationLoss, taskLoss } from '../tasks/tensor-losses.js';
import type { GoldenFamily, GoldenFiles } from './golden-files.js';
import { batchesOf, readGoldenFiles, referenceOf, rowsOf } from './golden-files.js';
import { mergedOnTensors, mergingCases } from './golden-merging.js';
import { hiddenOf, layersOf } from './golden-model.js';

/** A result of ours beside its reference. */
export interface Comparison {
  readonly name: string;
  /** Largest absolute difference; NaN where a number is missing or is none. */
  readonly difference: number;
  /** What the difference may be; 0 for token positions and numbers of tensors. */
  readonly tolerance: number;
}

/** What rounding in float32 leads to is below 1e-5 for states, and for gradients, which are smaller, below 1e-6: room for ten times that. */
const stateTolerance = 1e-4;
const gradientTolerance = 1e-5;

/** Compares a model with its references: the same on every backend, in Node and on a page. */
type Group = (model: TaskModel, files: GoldenFiles) => Promise<Comparison[]>;

const differenceOf = (values: ArrayLike<number>, wanted: ArrayLike<number>): number => {
  if (values.length !== wanted.length) return Number.NaN;
  let largest = 0;
  for (let i = 0; i < wanted.length; i++) {
    const gap = Math.abs((values[i] as number) - (wanted[i] as number));
    if (!(gap <= largest)) largest = gap; // and NaN stays
  }
  return largest;
};

const near = (files: GoldenFiles, name: string, values: ArrayLike<number>, tolerance = stateTolerance): Comparison => ({
  name,
  difference: differenceOf(values, referenceOf(files, name).data),
  tolerance,
});

const equal = (name: string, values: ArrayLike<number>, wanted: ArrayLike<number>): Comparison => ({
  name,
  difference: differenceOf(values, wanted),
  tolerance: 0,
});

/** Those that are too far from their references. */
export const failuresOf = (comparisons: readonly Comparison[]): Comparison[] =>
  comparisons.filter(({ difference, tolerance }) => !(difference <= tolerance));

/** The length configuration that the dropped references were computed with. */
const droppedConfig = (files: GoldenFiles) =>
  fromAbsoluteLengths(Array.from(referenceOf(files, 'lengths').data), tokensOf(files));

/** Tokens of each row of the batch. */
const tokensOf = (files: GoldenFiles): number => batchesOf(files).equal[0]?.ids.length ?? 0;

const fullLength: Group = async (model, files) => {
  const rows = batchesOf(files).equal;
  const layers = await layersOf(model, rows);
  return [
    near(files, 'full.last_hidden_state', await hiddenOf(model, rows)),
    near(files, 'full.logits', await model.run(rows)),
    ...layers.map(({ scores }, layer) => near(files, `full.significance.${layer}`, scores)),
  ];
};

const dropped: Group = async (model, files) => {
  const rows = batchesOf(files).equal;
  const config = droppedConfig(files);
  const layers = await layersOf(model, rows, config);
  return [
    near(files, 'dropped.last_hidden_state', await hiddenOf(model, rows, { config })),
    near(files, 'dropped.logits', await model.run(rows, { point: { lengths: config } })),
    ...layers.flatMap(({ positions, scores }, layer) => {
      const kept = `dropped.kept_positions.${layer}`;
      return [
        near(files, `dropped.significance.${layer}`, scores),
        equal(kept, positions.flat(), referenceOf(files, kept).data),
      ];
    }),
  ];
};

const answers: Group = async (_, files) => {
  const reader = createTaskModel(files.config, files.weights, { task: questionAnswering() });
  const output = await reader.run(batchesOf(files).equal, { point: { lengths: droppedConfig(files) } }); // [B, T, 2]
  reader.dispose();
  return ['start', 'end'].map((edge, which) =>
    near(
      files,
      `dropped.${edge}_logits`,
      output.filter((__, i) => i % 2 === which),
    ),
  );
};

const paddedBatch: Group = async (model, files) => {
  const rows = batchesOf(files).padded;
  return [
    near(files, 'padded.full.last_hidden_state', await hiddenOf(model, rows)),
    near(files, 'padded.full.logits', await model.run(rows)),
  ];
};

/** The references are of each row alone and unpadded. */
const batchAsAlone: Group = async (model, files) => {
  const rows = batchesOf(files).padded;
  const config = droppedConfig(files);
  const hidden = Array.from(await hiddenOf(model, rows, { config }));
  const logits = await model.run(rows, { point: { lengths: config } });
  const layers = await layersOf(model, rows, config);
  const [slots, answers] = [hidden.length / rows.length, logits.length / rows.length];
  return rows.flatMap((_, row) => [
    near(
      files,
      `ratio.${row}.last_hidden_state`,
      hidden.slice(row * slots, row * slots + referenceOf(files, `ratio.${row}.last_hidden_state`).data.length),
    ),
    near(
      files,
      `ratio.${row}.logits`,
      logits.subarray(row * answers, row * answers + referenceOf(files, `ratio.${row}.logits`).data.length),
    ),
    ...layers.map(({ positions }, layer) => {
      const name = `ratio.${row}.kept_positions.${layer}`;
      const { data } = referenceOf(files, name);
      return equal(name, (positions[row] ?? []).slice(0, data.length), data);
    }),
  ]);
};

const layerDrop: Group = async (model, files) => {
  const layers = Array.from(referenceOf(files, 'layerdrop.layers').data);
  return [
    near(
      files,
      'layerdrop.last_hidden_state',
      await hiddenOf(model, batchesOf(files).equal, { config: droppedConfig(files), layers }),
    ),
  ];
};

const softExtract: Group = async (model, files) => {
  const retention = tf.tensor2d(rowsOf(files, 'soft_extract.retention'));
  const hidden = await hiddenOf(model, batchesOf(files).equal, { softExtract: { retention } });
  retention.dispose();
  return [near(files, 'soft_extract.last_hidden_state', hidden)];
};

/** A gradient in the layout of the file: a kernel that is stored transposed there is [in, out] here. */
const inFileLayout = ({ shape, transposed }: ParameterSpec, gradient: ArrayLike<number>): ArrayLike<number> => {
  const [outputs = 0, inputs = 0] = shape;
  if (!transposed) return gradient;
  return Float32Array.from(gradient, (_, i) => gradient[(i % inputs) * outputs + Math.floor(i / inputs)] as number);
};

/** Losses, and the gradient of every parameter. */
const sandwich: Group = async (model, files) => {
  const before = tf.memory().numTensors;
  const inputs = batchesOf(files).equal;
  const labels = referenceOf(files, 'train.labels');
  const tags = labels.shape.length > 1 ? rowsOf(files, 'train.labels') : undefined;
  const batch = inputs.map((input, row) => ({ input, target: tags?.[row] ?? labels.data[row] ?? 0 }));
  const gradients: Gradients = new Map();
  const losses = await sandwichStep(
    {
      variables: new Map(model.parameters.map(({ spec, variable }) => [spec.name, variable])),
      logits: (rows: typeof inputs, pass) => model.logits(rows, pass),
      taskLoss: (output) => taskLoss(model.task, output, batch),
      distillationLoss: (teacher, student, _, options) =>
        distillationLoss(model.task, teacher, student, batch, options),
    },
    inputs,
    {
      full: {},
      reduced: rowsOf(files, 'train.length_configs').map((lengths) => ({
        config: fromAbsoluteLengths(lengths, tokensOf(files)),
      })),
    },
    gradients,
  );
  const wanted = [...files.expected]
    .filter(([name, { data }]) => name.startsWith('train.grad.') && data.some((value) => value !== 0))
    .map(([name]) => name); // what has no part in the loss has no gradient
  const zeros = (name: string): Float32Array => new Float32Array(referenceOf(files, `train.grad.${name}`).data.length);
  return [
    near(files, 'train.task_loss', [losses.taskLoss], gradientTolerance),
    near(files, 'train.loss', [losses.loss], gradientTolerance),
    near(files, 'train.kl_losses', losses.distillationLosses, gradientTolerance),
    ...model.parameters.map(({ spec }) =>
      near(
        files,
        `train.grad.${spec.name}`,
        inFileLayout(spec, gradients.get(spec.name)?.values ?? zeros(spec.name)),
        gradientTolerance,
      ),
    ),
    equal('number of gradients', [gradients.size], [wanted.length]),
    equal('number of tensors left', [tf.memory().numTensors], [before]),
  ];
};

/** Who becomes one with whom, layer by layer, sizes, the order of those that stay, their states, and what returns to each position. */
const merging: Group = async (model, files) => {
  const comparisons: Comparison[] = [];
  for (const each of mergingCases(files.merging)) {
    const rows = await mergedOnTensors(model, each);
    rows.forEach((found, row) =>
      found.forEach((values, name) =>
        comparisons.push({
          name: `${each.title}.${row}.${name}`,
          difference: differenceOf(values, each.of(row, name)),
          tolerance: name === 'states' || name === 'own' ? stateTolerance : 0,
        }),
      ),
    );
  }
  return comparisons;
};

/** The same of models with references of their own, whose tokens merge by the likeness of their keys. */
const mergingByKeys: Group = async (model, files) => {
  const inputs = batchesOf(files).equal;
  const found = await mergedOnTensors(model, {
    title: 'tome',
    reducer: (unmerge) => tomeReducer({ likeness: 'keys', unmerge }),
    ratios: fromAbsoluteLengths(Array.from(referenceOf(files, 'tome.lengths').data), tokensOf(files)),
    inputs,
    of: () => [],
  });
  return found.flatMap((row, at) =>
    [...row].map(([name, values]): Comparison => {
      const reference = `tome.${at}.${name}`;
      return name === 'states' || name === 'own'
        ? near(files, reference, values)
        : equal(reference, values, referenceOf(files, reference).data);
    }),
  );
};

/** Vectors of texts by the projection that stands beside the head of the others. */
const textVectors: Group = async (_, files) => {
  const config = { ...files.config, architectures: ['CLIPTextModelWithProjection'] };
  const model = createTaskModel(config, files.weights, { task: embedding(files.config['hidden_size'] as number) });
  const rows = batchesOf(files).equal;
  const vectors = [await model.run(rows), await model.run(rows, { point: { lengths: droppedConfig(files) } })];
  model.dispose();
  return ['full', 'dropped'].map((name, i) => near(files, `${name}.text_embeds`, vectors[i] ?? []));
};

/** Inputs of few tokens, one by one and all in a batch, of encoders that make one of two. */
const shortInputs: Group = async (model, files) => {
  const [whole] = batchesOf(files).equal;
  if (whole === undefined) return [];
  const { ids, typeIds } = whole;
  const inputs = [2, 3, 4, 5, 6, 7].map((length) => ({
    ids: Array.from(ids).slice(0, length),
    typeIds: typeIds && Array.from(typeIds).slice(0, length),
  }));
  const nameOf = ({ ids: own }: { readonly ids: readonly number[] }): string => `short.${own.length}.last_hidden_state`;
  const batch = Array.from(await hiddenOf(model, inputs));
  const slots = batch.length / inputs.length;
  const alone = await Promise.all(
    inputs.map(async (input) => near(files, nameOf(input), await hiddenOf(model, [input]))),
  );
  return [
    ...alone,
    ...inputs.map((input, row) =>
      near(files, nameOf(input), batch.slice(row * slots, row * slots + referenceOf(files, nameOf(input)).data.length)),
    ),
  ];
};

/** Those of images: their patches. */
const mergingImages: Group = (model, files) => mergingByKeys(model, files);

/** By what they compare. */
const groups = {
  'full length: hidden states, logits, significance': fullLength,
  'dropped: hidden states restored to input order, logits, significance, kept positions': dropped,
  'dropped: where an answer starts and ends': answers,
  'a padded batch at full length': paddedBatch,
  'rows of different lengths in one batch get what each gets alone': batchAsAlone,
  'LayerDrop: only the named layers run': layerDrop,
  'soft-extract: tokens fade': softExtract,
  'one sandwich step: losses and the gradient of every parameter': sandwich,
  'merging: matches, sizes, order, merged and un-merged states': merging,
  'merging of patches: matches, sizes, order, merged and un-merged states': mergingImages,
  'merging by keys: matches, sizes, order, merged and un-merged states': mergingByKeys,
  'vectors of texts': textVectors,
  'short inputs, alone and in a batch': shortInputs,
} satisfies Record<string, Group>;

export type GoldenGroup = keyof typeof groups;

const names = Object.keys(groups) as GoldenGroup[];
const ofClipTexts: readonly GoldenGroup[] = [
  'merging by keys: matches, sizes, order, merged and un-merged states',
  'vectors of texts',
];
const ofHalving: readonly GoldenGroup[] = ['short inputs, alone and in a batch'];
const ofTexts = names.filter(
  (name) => groups[name] !== mergingImages && !ofClipTexts.includes(name) && !ofHalving.includes(name),
);
const withoutMerging = ofTexts.filter((name) => groups[name] !== merging);
const ofImages = names.filter((name) =>
  [fullLength, dropped, layerDrop, sandwich, mergingImages].includes(groups[name]),
);

/** What is compared of each family; DistilBERT's and ModernBERT's references have no head for answers. */
export const goldenGroups: Readonly<Record<GoldenFamily, readonly GoldenGroup[]>> = {
  bert: ofTexts,
  distilbert: withoutMerging.filter((name) => groups[name] !== answers),
  roberta: withoutMerging,
  mpnet: withoutMerging,
  electra: withoutMerging,
  albert: withoutMerging,
  modernbert: withoutMerging.filter((name) => groups[name] !== answers),
  'deberta-v2': withoutMerging,
  funnel: [...withoutMerging.filter((name) => ![answers, softExtract].includes(groups[name])), ...ofHalving],
  funnel_decoder: [...withoutMerging.filter((name) => groups[name] !== softExtract), ...ofHalving],
  nomic_bert: withoutMerging,
  new: withoutMerging,
  mobilebert: withoutMerging,
  vit: ofImages,
  deit: ofImages,
  clip: ofImages.filter((name) => groups[name] !== sandwich),
  clip_text_model: [...withoutMerging.filter((name) => groups[name] !== answers), ...ofClipTexts],
};

/** A family's model on the backend that runs. */
export interface Golden {
  compare(group: GoldenGroup): Promise<Comparison[]>;
  dispose(): void;
}

/**
 * Opens the model of a family.
 *
 * @param read gives the bytes of a file of fixtures/golden: from the disk, or from the server of a page
 */
export const openGolden = async (
  family: GoldenFamily,
  read: (file: string) => Promise<Uint8Array>,
): Promise<Golden> => {
  const files = await readGoldenFiles(family, read);
  const model = createTaskModel(files.config, files.weights);
  return { compare: (group) => groups[group](model, files), dispose: () => model.dispose() };
};
