import type { ModelConfig } from '../architectures/model-config.js';
import type { Task } from '../tasks/task.js';
import type { UnreadTensor } from '../weights/safetensors.js';
import { describeUnread } from '../weights/safetensors.js';
import { surplusNotes } from './surplus-weights.js';
import { labelNotes } from '../tasks/class-labels.js';

/** What a user should know of tensors that nobody needed. */
const unreadNotes = (unread: ReadonlyMap<string, UnreadTensor>): string[] =>
  unread.size === 0 ? [] : [`Not read, and not needed: ${describeUnread(unread)}.`];

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
  }: {
    readonly unread: ReadonlyMap<string, UnreadTensor>;
    readonly tensors: ReadonlyMap<string, unknown>;
    readonly task: Task | undefined;
  },
): string[] => [
  ...unreadNotes(unread),
  ...surplusNotes(tensors.keys(), config),
  ...(task ? labelNotes(config, task) : []),
];
