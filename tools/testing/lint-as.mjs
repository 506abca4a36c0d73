/**
 * Lints code as if it stood in files that need not exist: reads `[{ file, code }]`, prints for each the names of the rules it breaks.
 * The rules that need types are off: they want a file that a tsconfig includes.
 */
import { createProjectGraphAsync } from '@nx/devkit';
import { ESLint } from 'eslint';
import { readFileSync } from 'node:fs';
import tseslint from 'typescript-eslint';

// The boundary rule reads the project graph from Nx's cache and is silent without one.
await createProjectGraphAsync({ exitOnError: true });
const eslint = new ESLint({ overrideConfig: [tseslint.configs.disableTypeChecked] });
const brokenRules = [];
for (const { file, code } of JSON.parse(readFileSync(0, 'utf8'))) {
  const results = await eslint.lintText(code, { filePath: file });
  brokenRules.push(results.flatMap(({ messages }) => messages.map(({ ruleId, message }) => ruleId ?? message)));
}
console.log(JSON.stringify(brokenRules));
process.exit(0);
