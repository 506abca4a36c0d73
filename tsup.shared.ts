import type { Options } from 'tsup';

/** Where `tsc --build` has written the declarations of a source: the type check of all packages, which tsup would otherwise do again for each. */
const declarationOf = (source: string): string => source.replace(/^src\/(.*)\.ts$/, 'out-tsc/lib/$1.d.ts');

/**
 * Every published package is built the same way: ESM + CJS + types, dependencies left external. The target `declarations` comes before:
 * `npx nx build NAME` runs it.
 */
export const library = (entry: Record<string, string> = { index: 'src/index.ts' }): Options => ({
  entry,
  format: ['esm', 'cjs'],
  target: 'es2022',
  platform: 'neutral',
  tsconfig: 'tsconfig.lib.json',
  dts: {
    entry: Object.fromEntries(Object.entries(entry).map(([name, source]) => [name, declarationOf(source)])),
    compilerOptions: { composite: false },
  },
  sourcemap: false,
  clean: true,
  treeshake: true,
  splitting: true,
});
