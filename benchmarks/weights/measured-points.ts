/** What a model answers at points, beside the answers of a whole model. Kept on disk: a benchmark that was interrupted goes on. */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { OperatingPoint } from '@length-adaptive/core';
import { pointKey } from '@length-adaptive/core';
import type { LabelledInput, RunnableModel } from '@length-adaptive/models';
import { predictLogits } from '@length-adaptive/models';

export interface Measured {
  readonly score: number;
  /** Mean KL divergence of its answers from those of the whole model. */
  readonly kl: number;
  /** Share of answers that are the same. */
  readonly same: number;
  /** Share of the whole model's MACs. */
  readonly cost: number;
}

const softmax = ([a = 0, b = 0]: Float32Array): readonly [number, number] => {
  const p = 1 / (1 + Math.exp(b - a));
  return [p, 1 - p];
};

const against = (
  full: readonly Float32Array[],
  given: readonly Float32Array[],
): { readonly kl: number; readonly same: number } => {
  let [kl, same] = [0, 0];
  full.forEach((row, i) => {
    const [p, q] = [softmax(row), softmax(given[i] as Float32Array)];
    kl += p[0] * Math.log(p[0] / q[0]) + p[1] * Math.log(p[1] / q[1]);
    if (p[0] > 0.5 === q[0] > 0.5) same += 1;
  });
  return { kl: kl / full.length, same: same / full.length };
};

const total = (model: RunnableModel, lengths: readonly number[], point?: OperatingPoint): number =>
  lengths.reduce((sum, length) => sum + model.macs(length, point), 0);

/** What is opened only where something is not known yet. */
export type OpenModel = () => Promise<RunnableModel>;

/** Measures models of two labels at points. */
export interface MeasuredPoints {
  /** @param name of the model in the file */
  measure(name: string, open: OpenModel, point: OperatingPoint): Promise<Measured>;
  /** Lets go of what was opened. */
  close(): void;
}

/**
 * @param file one line a measurement
 * @param whole the model that others are compared with
 */
export const measuredPoints = (file: string, examples: readonly LabelledInput[], whole: OpenModel): MeasuredPoints => {
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
  const known = new Map(
    lines.map((line) => {
      const { key, ...measured } = JSON.parse(line) as Measured & { readonly key: string };
      return [key, measured];
    }),
  );
  const inputs = examples.map(({ input }) => input);
  const lengths = inputs.map(({ ids }) => ids.length);
  const opened = new Map<OpenModel, Promise<RunnableModel>>();
  const openOnce = (open: OpenModel): Promise<RunnableModel> => {
    const model = opened.get(open) ?? open();
    opened.set(open, model);
    return model;
  };
  let reference: Promise<Float32Array[]> | undefined;
  return {
    measure: async (name, open, point) => {
      const key = `${name} ${pointKey(point)}`;
      const before = known.get(key);
      if (before) return before;
      const [full, model] = [await openOnce(whole), await openOnce(open)];
      reference ??= predictLogits(full, inputs, { point: {} });
      const logits = await predictLogits(model, inputs, { point });
      const measured: Measured = {
        score: model.task.score('accuracy', logits, examples),
        ...against(await reference, logits),
        cost: total(model, lengths, point) / total(full, lengths),
      };
      appendFileSync(file, `${JSON.stringify({ key, ...measured })}\n`);
      known.set(key, measured);
      return measured;
    },
    close: () => {
      for (const model of opened.values()) void model.then(({ dispose }) => dispose()).catch(() => undefined);
    },
  };
};
