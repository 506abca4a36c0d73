import { FsTree } from 'nx/src/generators/tree.js';
import path from 'node:path';
import ts from 'typescript';
import { root } from './published.js';

type Generator = (tree: FsTree, options: { readonly name: string }) => Promise<unknown>;

/** The files that a generator would write, by their path from the root. Nothing is written. */
export const generate = async (
  generator: 'reducer' | 'family' | 'task',
  name: string,
): Promise<ReadonlyMap<string, string>> => {
  const { default: run } = (await import(`../generators/${generator}/generator.cjs`)) as {
    readonly default: Generator;
  };
  const tree = new FsTree(root, false);
  await run(tree, { name });
  return new Map(tree.listChanges().map((change) => [change.path, change.content?.toString('utf8') ?? '']));
};

/**
 * What the compiler says of files as if they stood in a package.
 *
 * @param files by their path from the root
 * @param config the tsconfig that would include them
 */
export const compileErrors = (files: ReadonlyMap<string, string>, config: string): readonly string[] => {
  const file = path.join(root, config);
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(file, ts.sys.readFile).config,
    ts.sys,
    path.dirname(file),
  );
  const settings: ts.CompilerOptions = {
    ...options,
    rootDir: root,
    composite: false,
    incremental: false,
    declaration: false,
    declarationMap: false,
    emitDeclarationOnly: false,
    noEmit: true,
  };
  const absolute = new Map([...files].map(([name, text]) => [path.join(root, name), text]));
  const host = ts.createCompilerHost(settings);
  const own = { readFile: host.readFile.bind(host), fileExists: host.fileExists.bind(host) };
  host.readFile = (name) => absolute.get(name) ?? own.readFile(name);
  host.fileExists = (name) => absolute.has(name) || own.fileExists(name);
  const program = ts.createProgram([...absolute.keys()], settings, host);
  return ts
    .getPreEmitDiagnostics(program)
    .map(
      ({ messageText, file: at }) =>
        `${at ? path.relative(root, at.fileName) : ''}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
    );
};
