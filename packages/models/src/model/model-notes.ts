import type { ModelConfig } from '../architectures/model-config.js';
import type { Task } from '../tasks/task.js';
import type { UnreadTensor } from '../weights/safetensors.js';
import { describeUnread } from '../weights/safetensors.js';
import { surplusNotes } from './surplus-weights.js';
import { labelNotes } from '../tasks/class-labels.js';

/** What a user should know of tensors that nobody needed. */
const unreadNotes = (unread: ReadonlyMap<string, UnreadTensor>): string[] =>
  unread.size === 0 ? [] : [`Not read, and not needed: ${describeUnread(unread)}.`];

/** What a user should know of weights that were read out of an ONNX file. */
const originNotes = (file: string | undefined): string[] => {
  if (file === undefined) return [];
  const isRounded = /quantized|int8|uint8|q4/.test(file);
  return [
    `The weights were read out of ${file}${isRounded ? ', whose matrices are integers: they are as coarse as these' : ''}.`,
  ];
};

/**
 * What a user should know of a model's files, a sentence each.
 *
 * @param task whose labels the configuration names; undefined when it is another than the model was trained for
 */
export const modelNotes = (
  config: ModelConfig,
  {
    unread,
    tensors,
    task,
    weightsOf,
  }: {
    readonly unread: ReadonlyMap<string, UnreadTensor>;
    readonly tensors: ReadonlyMap<string, unknown>;
    readonly task: Task | undefined;
    /** The ONNX file that the weights were read out of. */
    readonly weightsOf?: string | undefined;
  },
): string[] => [
  ...originNotes(weightsOf),
  ...unreadNotes(unread),
  ...surplusNotes(tensors.keys(), config),
  ...(task ? labelNotes(config, task) : []),
];
