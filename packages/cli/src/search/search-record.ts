import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { LengthAdaptiveFile } from '@length-adaptive/models';
import { lengthAdaptiveFileName, validateLengthAdaptiveFile } from '@length-adaptive/models';
import type { SearchReport } from '../report/search-report.js';

/** `length_adaptive.json` with the search in it; what it said about training is kept. */
export const withSearch = async (source: string, report: SearchReport): Promise<LengthAdaptiveFile> => {
  const path = join(source, lengthAdaptiveFileName);
  const before = await readFile(path, 'utf8').then(
    (content) => validateLengthAdaptiveFile(JSON.parse(content), path),
    () => undefined,
  );
  const { seed, generations, evaluations, metric, reportMetric, data, examples, meanTokens, full, reportData, heldOutShare, heldOutExamples, paretoSet, engine } = report;
  return {
    ...before,
    format: 'length-adaptive',
    version: 1,
    search: {
      ...{ seed, generations, evaluations, metric, objective: report.objective, split: basename(data), examples, meanTokens, full },
      ...(report.calibration && { calibration: report.calibration }),
      ...(heldOutExamples > 0 && {
        heldOut: { split: basename(reportData ?? data), ...(reportData === undefined && { share: heldOutShare }), examples: heldOutExamples, shared: report.sharedExamples, metric: reportMetric },
      }),
      ...(report.speed && { speed: { ...report.speed, ...engine, threads: report.threads, cpu: report.versions.cpu } }),
    },
    paretoSet,
  };
};
