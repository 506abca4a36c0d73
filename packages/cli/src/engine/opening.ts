import type { FileSource, TowerName } from '@length-adaptive/models';

/** What of a model is opened, as the user said it. */
export interface OpeningSettings {
  /** A LoRA adapter that is merged into the model. Default: the one beside its weights, if there is one. */
  readonly adapter?: string | FileSource | undefined;
  /** Of a model of two towers the one that is opened. Default: that for images. */
  readonly tower?: TowerName | undefined;
}

/** That part of the settings alone. */
export const openingOf = ({ adapter, tower }: OpeningSettings): OpeningSettings => ({ adapter, tower });
