/** What a published package promises: one report an entry point, written by API Extractor from the built declarations. */
import { CompilerState, Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** How the declarations are read: as a consumer of the ES modules reads them. */
const compilerOptions = {
  target: 'es2022',
  lib: ['es2022', 'dom'],
  module: 'nodenext',
  moduleResolution: 'nodenext',
  strict: true,
  skipLibCheck: true,
  types: ['node'],
};

/**
 * The entry points of a package that have types: the name of the report of each, and its built declarations.
 *
 * @param {string} folder of the package
 * @returns {{ report: string, declarations: string }[]}
 */
const entryPoints = (folder) => {
  const { exports } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  return Object.entries(exports).flatMap(([subPath, conditions]) => {
    const types = conditions?.import?.types;
    const name = subPath === '.' ? 'index' : subPath.slice(2).replaceAll('/', '-');
    return types === undefined ? [] : [{ report: `${name}.api.md`, declarations: path.join(folder, types) }];
  });
};

/**
 * The reports of a built package, by file name.
 *
 * @param {string} folder of the package
 * @throws Error where something is not built, or API Extractor reports an error
 */
export const apiReports = (folder) => {
  const entries = entryPoints(folder);
  const scratch = mkdtempSync(path.join(tmpdir(), 'api-report-'));
  try {
    const configs = entries.map(({ report, declarations }) =>
      ExtractorConfig.prepare({
        packageJsonFullPath: path.join(folder, 'package.json'),
        configObjectFullPath: undefined,
        configObject: {
          projectFolder: folder,
          mainEntryPointFilePath: declarations,
          newlineKind: 'lf',
          compiler: { overrideTsconfig: { compilerOptions, files: entries.map((entry) => entry.declarations) } },
          apiReport: {
            enabled: true,
            reportFileName: report,
            reportFolder: path.join(scratch, 'new'),
            reportTempFolder: path.join(scratch, 'temp'),
            includeForgottenExports: true,
          },
          docModel: { enabled: false },
          dtsRollup: { enabled: false },
          tsdocMetadata: { enabled: false },
          messages: {
            compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
            extractorMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
            tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
          },
        },
      }),
    );
    const [first] = configs;
    if (first === undefined) return new Map();
    const compilerState = CompilerState.create(first, {
      additionalEntryPoints: entries.map(({ declarations }) => declarations),
    });
    return new Map(configs.map((config, i) => [entries[i]?.report ?? '', extract(config, compilerState)]));
  } finally {
    rmSync(scratch, { recursive: true });
  }
};

/**
 * @param {ExtractorConfig} config
 * @param {CompilerState} compilerState
 */
const extract = (config, compilerState) => {
  /** @type {string[]} */
  const errors = [];
  mkdirSync(config.reportFolder, { recursive: true });
  Extractor.invoke(config, {
    compilerState,
    localBuild: true, // the report is written; whether it may differ is for the caller to say
    messageCallback: (message) => {
      message.handled = true;
      if (message.logLevel === ExtractorLogLevel.Error) errors.push(message.text);
    },
  });
  if (errors.length > 0) throw new Error(`${config.mainEntryPointFilePath}: ${errors.join('\n')}`);
  return readFileSync(config.reportFilePath, 'utf8');
};
