import { readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { siteFolder } from './workspace.js';

/** A piece of code that is a module. */
export interface Snippet {
  readonly language: 'ts' | 'js';
  readonly code: string;
}

const options = (): ts.CompilerOptions => {
  const { config } = ts.readConfigFile(path.join(siteFolder, 'tsconfig.json'), (file) =>
    readFileSync(file, 'utf8'),
  ) as { config: object };
  const { options: own } = ts.parseJsonConfigFileContent(config, ts.sys, siteFolder);
  const { outDir: _outDir, tsBuildInfoFile: _info, ...rest } = own;
  // As a reader has it who begins a file: strict, on the sources of the packages, and a name may be there for show.
  return {
    ...rest,
    composite: false,
    declaration: false,
    declarationMap: false,
    emitDeclarationOnly: false,
    noEmit: true,
    noUnusedLocals: false,
    allowJs: true,
    checkJs: true,
    types: ['node', 'vite/client'],
  };
};

/**
 * Type-checks each snippet as a module of its own that stands in this folder.
 *
 * @returns for each the errors, as `line: message`
 */
export const typeErrors = (snippets: readonly Snippet[]): string[][] => {
  const files = new Map(
    snippets.map(({ language, code }, i) => [
      path.join(siteFolder, `snippet-${i}.m${language}`),
      `${code}\nexport {};\n`,
    ]),
  );
  const compilerOptions = options();
  const host = ts.createCompilerHost(compilerOptions);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (file) => files.has(file) || fileExists(file);
  host.readFile = (file) => files.get(file) ?? readFile(file);
  host.getSourceFile = (file, language, ...rest) => {
    const code = files.get(file);
    return code === undefined ? getSourceFile(file, language, ...rest) : ts.createSourceFile(file, code, language);
  };
  const program = ts.createProgram([...files.keys()], compilerOptions, host);
  return [...files.keys()].map((file) => {
    const source = program.getSourceFile(file);
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
      ({ start = 0, messageText }) => {
        const line = (source?.getLineAndCharacterOfPosition(start).line ?? 0) + 1;
        return `${line}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
      },
    );
  });
};
