import { createRequire } from 'node:module';

/** The part of esbuild that is used: Vite's own, which stands wherever Vite finds it. */
interface Esbuild {
  build(
    options: Readonly<Record<string, unknown>>,
  ): Promise<{ readonly outputFiles: readonly { readonly text: string }[] }>;
}

/**
 * Bundles a TypeScript file with all that it imports, packages of this repository from their sources.
 *
 * @param name the global of the script that holds what the file exports
 */
export const bundle = async (entry: string, name: string): Promise<string> => {
  const esbuild = createRequire(require.resolve('vite/package.json'))('esbuild') as Esbuild;
  const { outputFiles } = await esbuild.build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: name,
    platform: 'browser',
    target: 'es2022',
    conditions: ['@length-adaptive/source'],
    logLevel: 'warning',
  });
  return outputFiles.map(({ text }) => text).join('\n');
};
