/** From `import` to the first vector of a sentence, each in a process of its own, beside transformers.js; and the bytes that are installed for it. */
import { execFileSync } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Row } from '../harness.js';
import { formatSpread, ratio, spread } from '../harness.js';
import { independentFolder, installPeers, peersFolder, transformersEntry } from '../onnx/peers.js';
import { installedSizes } from './installed-sizes.js';

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 11);

interface Start {
  readonly about: string;
  readonly script: string;
  readonly args: readonly string[];
}

const milliseconds = ({ script, args }: Start): number => {
  const file = fileURLToPath(new URL(`starts/${script}.mjs`, import.meta.url));
  const said = execFileSync(process.execPath, [file, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return Number(said.trim().split('\n').at(-1));
};

/**
 * @param root the repository
 * @param models MiniLM as it was published, and the folder that it was exported into
 */
export const firstAnswerRows = (
  root: string,
  { source, exported }: { readonly source: string; readonly exported: string },
): Row[] => {
  installPeers();
  const peerArgs = [independentFolder, 'all-MiniLM-L6-v2', transformersEntry()];
  const starts: Readonly<Record<string, Start>> = {
    onnx: { about: 'an exported fp32 file on onnxruntime-node', script: 'onnx', args: [exported] },
    'onnx-weights': { about: 'fp16 weights on onnxruntime-node', script: 'onnx', args: [source] },
    tfjs: { about: 'fp16 weights on the wasm backend of TensorFlow.js', script: 'tfjs', args: [source] },
    peer: { about: 'transformers.js 4.3.1, an fp32 file on onnxruntime-node', script: 'peer', args: peerArgs },
  };
  const times: Readonly<Record<string, number[]>> = Object.fromEntries(Object.keys(starts).map((name) => [name, []]));
  for (let round = -1; round < rounds; round++)
    for (const [name, start] of Object.entries(starts)) {
      const took = milliseconds(start);
      if (round >= 0) times[name]?.push(took);
    }
  const busy = `load of the machine ${(loadavg()[0] ?? 0).toFixed(1)} on ${cpus().length} processors`;
  const peer = times['peer'] ?? [];
  const installs = new Map([
    ...installedSizes(root).map((size) => [size.name === 'library' ? 'tfjs' : size.name, size] as const),
    ...installedSizes(peersFolder, { peer: ['@huggingface/transformers'] }, 'node_modules/.package-lock.json').map(
      (size) => [size.name, size] as const,
    ),
  ]);
  return Object.entries(starts).flatMap(([name, { about }]): Row[] => {
    const own = times[name] ?? [];
    const beside = name === 'peer' ? '' : `; transformers.js takes ${formatSpread(ratio(peer, own))} times as long`;
    const size = installs.get(name);
    return [
      {
        id: `cold-start.${name}.ms`,
        value: spread(own).p50,
        unit: 'ms',
        note: `from import to the first vector, MiniLM-L6, ${about}; ${formatSpread(spread(own), 0)}, in turn, Node ${process.versions.node}, ${busy}${beside}`,
      },
      ...(size
        ? [
            {
              id: `cold-start.${name}.bytes`,
              value: Math.round(size.megabytes * 1e6),
              unit: 'bytes',
              note: `on disk, without the model and what npm chooses by platform; ${size.packages} packages; ${size.largest}`,
            },
          ]
        : []),
    ];
  });
};
