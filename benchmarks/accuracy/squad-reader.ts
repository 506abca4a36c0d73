import path from 'node:path';
import { runsFolder } from './accuracy-rows.js';
import type { DataFiles } from './recipe.js';
import { runStage } from './run-stage.js';
import { squadRecipe } from './squad-recipe.js';

/** How the reader was trained, for the notes. */
export const readerAbout =
  'MiniLM-L6, 3 epochs of fine-tuning at full length on 11,677 questions of SQuAD 1.1 (44 articles less 200 questions), in which predictors learn beside it';

/** The files of SQuAD and a reader that was fine-tuned on it, from which reducers are compared: trained once, unless that is done. */
export const squadReader = async (): Promise<DataFiles & { readonly model: string }> => {
  const run = path.join(runsFolder, 'squad');
  const files = await squadRecipe.prepare(path.join(run, 'data'));
  const out = path.join(run, 'reader');
  await runStage({
    command: 'train',
    folder: out,
    flags: {
      ...{ model: squadRecipe.model, train: files.train, ...squadRecipe.data },
      ...{ reducer: 'skim', prior: 'question-overlap', epochs: 3, 'length-drop-epochs': 0 },
      ...{ 'batch-size': 16, 'learning-rate': 1.5e-4, 'warmup-ratio': 0.06, 'checkpoint-every': 50, seed: 42, out },
    },
  });
  return { ...files, model: path.join(out, 'model') };
};
