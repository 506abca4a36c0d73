import type { RunnableModel } from './runnable-model.js';
import type { TaskModel } from './task-model.js';

/** Whether a model is one on TensorFlow.js, with its weights, and not one that only runs. */
export const isTaskModel = (model: RunnableModel): model is TaskModel => model.kind === 'tensors';
