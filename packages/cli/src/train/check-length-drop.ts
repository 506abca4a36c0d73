import type { Option } from '../context/option.js';
import { refuseIdle } from '../context/settings.js';

const keys = ['dropRatioBound', 'layerDrop', 'subModels'] as const;
type Key = (typeof keys)[number];

/**
 * Refuses options of LengthDrop without epochs of it. A run that goes on keeps what it began with: earlier versions took them.
 *
 * @throws CliError `USAGE`
 */
export const checkLengthDrop = (
  options: { readonly [K in Key]: Pick<Option<unknown>, 'fallback'> },
  settings: { readonly [K in Key]: unknown } & { readonly lengthDropEpochs: number; readonly resume: boolean },
): void => {
  if (settings.lengthDropEpochs > 0 || settings.resume) return;
  refuseIdle(
    options,
    settings,
    keys,
    (flag) => `${flag} is for LengthDrop, of which there are 0 epochs; give --length-drop-epochs too, or leave it out.`,
  );
};
