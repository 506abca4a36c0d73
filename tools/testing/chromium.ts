import { execFileSync } from 'node:child_process';
import { chromium, type Browser } from 'playwright-core';

/** Nothing of it looks for Google, and root may start it. */
const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** What WebGPU needs on top: a software adapter, SwiftShader, is given to pages only with it. */
export const webGpuFlags: readonly string[] = ['--enable-unsafe-webgpu'];

/**
 * Starts the `chromium` of the path (Debian's, or a Chrome of that name), without a window.
 *
 * @param flags more flags of its command line
 */
export const launchChromium = ({ flags = [] }: { readonly flags?: readonly string[] } = {}): Promise<Browser> => {
  const executablePath = execFileSync('sh', ['-c', 'command -v chromium'], { encoding: 'utf8' }).trim();
  return chromium.launch({ executablePath, args: [...quiet, ...flags] });
};
