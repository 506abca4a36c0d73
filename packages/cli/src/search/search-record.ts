import { basename } from 'node:path';
import type { LengthAdaptiveFile } from '@length-adaptive/models';
import { machineName } from '../run-folder/versions.js';
import type { SearchReport } from './search-report.js';

/** The `length_adaptive.json` that a model came with, if it had one, with the search in it; what it said about training is kept. */
export const withSearch = (before: LengthAdaptiveFile | undefined, report: SearchReport): LengthAdaptiveFile => {
  const {
    seed,
    method,
    generations,
    evaluations,
    metric,
    reportMetric,
    data,
    examples,
    meanTokens,
    full,
    reportData,
    heldOutShare,
    heldOutExamples,
    paretoSet,
    fewerLayers,
    engine,
  } = report;
  return {
    ...before,
    format: 'length-adaptive',
    version: 2,
    search: {
      ...{
        seed,
        method,
        generations,
        evaluations,
        metric,
        objective: report.objective,
        split: basename(data),
        examples,
        meanTokens,
        full,
      },
      ...(fewerLayers.length > 0 && { fewerLayers }),
      ...(report.fileSize && { fileSize: true }),
      ...(report.calibration && { calibration: report.calibration }),
      ...((report.calibration ?? report.speed) && { machine: machineName() }),
      ...(heldOutExamples > 0 && {
        heldOut: {
          split: basename(reportData ?? data),
          ...(reportData === undefined && { share: heldOutShare }),
          examples: heldOutExamples,
          shared: report.sharedExamples,
          metric: reportMetric,
        },
      }),
      ...(report.speed && { speed: { ...report.speed, ...engine, threads: report.threads, cpu: report.versions.cpu } }),
    },
    paretoSet,
  };
};
