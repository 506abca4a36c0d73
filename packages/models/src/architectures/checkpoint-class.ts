import type { ModelConfig } from './model-config.js';

/** The class of a checkpoint, as Hugging Face tools name it: `BertForSequenceClassification`; empty where config.json names none. */
export const checkpointClass = ({ architectures }: ModelConfig): string =>
  Array.isArray(architectures) ? String(architectures[0]) : '';

/** Whether the class of a checkpoint ends so. */
export const isOfClass = (config: ModelConfig, suffix: string): boolean => checkpointClass(config).endsWith(suffix);
