/** `npm run reference`: the API reference as markdown in `api/`, from the TSDoc of every entry point. Ends with 1 where TypeDoc warns. */
import path from 'node:path';
import { Application, Comment, ReflectionKind } from 'typedoc';
import type { DeclarationReflection, TypeDocOptions } from 'typedoc';
import type { PluginOptions } from 'typedoc-plugin-markdown';
import { entryPoints, repository, siteFolder, workspaceFolder } from './workspace.js';

const doors = entryPoints();
const options: TypeDocOptions & Partial<PluginOptions> & { readonly docsRoot: string } = {
  plugin: ['typedoc-plugin-markdown', 'typedoc-vitepress-theme'],
  entryPoints: doors.map(({ source }) => source),
  tsconfig: path.join(siteFolder, 'tsconfig.api.json'),
  skipErrorChecking: true, // the type check has looked at them
  out: path.join(siteFolder, 'api'),
  docsRoot: siteFolder,
  name: 'API reference',
  readme: 'none',
  basePath: workspaceFolder,
  alwaysCreateEntryPointModule: true,
  disableGit: true, // links and pages are the same in any clone
  gitRevision: 'main',
  sourceLinkTemplate: `${repository}/blob/main/packages/{path}#L{line}`,
  includeVersion: false,
  excludePrivate: true,
  excludeInternal: true,
  sort: ['source-order'],
  groupOrder: ['Functions', 'Classes', 'Variables', 'Interfaces', 'Type Aliases'],
  indexFormat: 'table',
  membersWithOwnFile: ['Function', 'Class', 'Interface'],
  hideBreadcrumbs: true,
  hidePageHeader: true,
  useCodeBlocks: true,
  expandParameters: true,
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
  typeAliasPropertiesFormat: 'table',
  validation: { invalidLink: true, invalidPath: true, notExported: false, notDocumented: false },
  treatValidationWarningsAsErrors: true,
};

const app = await Application.bootstrapWithPlugins(options);
const project = await app.convert();
if (!project) process.exit(1);

/** Modules are called by what a reader imports, not by the file behind it, and say what is there. */
for (const child of project.children ?? []) {
  if (!child.kindOf(ReflectionKind.Module)) continue;
  const file = sourceOf(child);
  const door = doors.find(({ source }) => path.relative(workspaceFolder, source) === file);
  if (!door) throw new Error(`${child.name} (${String(file)}) is no entry point of a package`);
  child.name = door.specifier;
  child.comment ??= new Comment([{ kind: 'text', text: door.description }]);
}
app.validate(project);
await app.generateOutputs(project);
process.exit(app.logger.hasWarnings() || app.logger.hasErrors() ? 1 : 0);

function sourceOf(module: DeclarationReflection): string | undefined {
  return module.sources?.[0]?.fileName;
}
