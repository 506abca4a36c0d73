import type { Options } from 'tsup';

/** Every published package is built the same way: ESM + CJS + types, dependencies left external. */
export const library = (entry: Record<string, string> = { index: 'src/index.ts' }): Options => ({
  entry,
  format: ['esm', 'cjs'],
  target: 'es2022',
  platform: 'neutral',
  tsconfig: 'tsconfig.lib.json',
  dts: { compilerOptions: { composite: false, declarationMap: false } },
  sourcemap: false,
  clean: true,
  treeshake: true,
  splitting: true,
});
