import path from 'node:path';
import { load } from '@length-adaptive/models';
import type { DemoModel } from '../.vitepress/theme/demo/demo-models.js';
import { offeredPoints, startStep } from '../.vitepress/theme/demo/offered-points.js';
import type { RecordedReading } from '../.vitepress/theme/demo/reading.js';
import { siteFolder } from './workspace.js';

/** What a model of the site makes of its first example, where its slider stands at first. */
export const recordReading = async ({ id, losses, asks, examples }: DemoModel): Promise<RecordedReading> => {
  const [example] = examples;
  if (!example) throw new Error(`The model "${id}" has no example.`);
  const { text, question = '' } = example;
  const input = asks ? ([question, text] as const) : text;
  const predictor = await load(path.join(siteFolder, 'public/models', id));
  try {
    const points = offeredPoints(predictor.paretoSet, losses);
    const [chosen, whole] = [points[startStep(points)]?.point ?? {}, points[0]?.point ?? {}];
    const { prediction, encoding, layers } = await predictor.inspect(input, { point: chosen, truncate: true });
    const [full] = await predictor.predict([input], { point: whole, truncate: true, onError: 'throw' });
    return { text, ...(asks && { question }), prediction, full, encoding, layers };
  } finally {
    predictor.dispose();
  }
};
