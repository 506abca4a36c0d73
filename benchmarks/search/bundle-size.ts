/** What a page pays for NSGA-II: `minimize` and `nsga2` bundled, minified, and compressed by brotli. */
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { build } from 'esbuild';

/** @returns kilobytes of 1,000 bytes */
export const bundleSize = async (): Promise<number> => {
  const { outputFiles } = await build({
    stdin: {
      contents: "export { minimize, nsga2 } from '@length-adaptive/search';",
      resolveDir: fileURLToPath(new URL('..', import.meta.url)),
    },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
  });
  return brotliCompressSync(outputFiles[0]?.contents ?? '').length / 1000;
};
