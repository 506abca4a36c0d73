import type { RankingOptions, RunnableTextModel } from '@length-adaptive/models';
import type { Precision } from '@length-adaptive/onnx';
import type { BackendSettings } from './backend.js';
import type { OpeningSettings } from './opening.js';
import type { UsedEngine } from './used-engine.js';

/** What the user said about what runs the model. */
export interface EngineSettings extends BackendSettings, OpeningSettings, RankingOptions {
  readonly engine: 'auto' | 'onnx' | 'tfjs';
  readonly precision: Precision;
}

/** A model that is open on one of the engines. */
export interface OpenedModel extends RunnableTextModel {
  readonly used: UsedEngine;
}
