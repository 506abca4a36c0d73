import { createRequire } from 'node:module';
import { arch, cpus, platform, release, totalmem } from 'node:os';
import packageJson from '../../package.json' with { type: 'json' };

/** What a run ran on. */
export interface Versions {
  readonly packages: Readonly<Record<string, string>>;
  readonly node: string;
  readonly platform: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
}

/** The processor, as its maker names it. */
const processorName = (): string => cpus()[0]?.model.trim() ?? 'unknown';

/** What tells machines of different speed apart: `Intel(R) Xeon(R) CPU @ 2.20GHz, 2 cores, x64`. */
export const machineName = (): string => `${processorName()}, ${cpus().length} cores, ${arch()}`;

/** Versions of the packages, of Node, and the machine. */
export const currentVersions = (): Versions => {
  const require = createRequire(import.meta.url);
  const versionOf = (name: string): readonly [string, string] => [
    name,
    (require(`${name}/package.json`) as { version: string }).version,
  ];
  const names = Object.keys(packageJson.dependencies).filter((name) => name.startsWith('@'));
  const peers = Object.keys(packageJson.peerDependencies).flatMap((name) => {
    try {
      return [versionOf(name)];
    } catch {
      return []; // not installed
    }
  });
  return {
    packages: { [packageJson.name]: packageJson.version, ...Object.fromEntries([...names.map(versionOf), ...peers]) },
    node: process.version,
    platform: `${platform()} ${release()} ${arch()}`,
    cpu: processorName(),
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
  };
};
