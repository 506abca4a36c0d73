import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EncoderInput } from '@length-adaptive/core';
import type { LengthConfig } from '@length-adaptive/core/lengths';
import * as ort from 'onnxruntime-node';
import { tokenFeeds } from '../token-batch.js';

type Shapes = readonly Readonly<Record<string, readonly number[]>>[];

/** What ONNX Runtime writes of an operator that it ran. */
interface ProfiledEvent {
  readonly cat: string;
  readonly args?: {
    readonly op_name?: string;
    readonly input_type_shape?: Shapes;
    readonly output_type_shape?: Shapes;
  };
}

const products: ReadonlySet<string> = new Set(['MatMul', 'FusedMatMul', 'Gemm', 'FusedGemm']);

const shapeOf = (shapes: Shapes | undefined): readonly number[] => Object.values(shapes?.[0] ?? {})[0] ?? [];

/** Sums of what each token receives are products with a row of ones, [B, 1, 1, K]: they choose tokens, which is not counted. */
const isVote = ([, heads, queries, ...rest]: readonly number[]): boolean =>
  rest.length === 1 && heads === 1 && queries === 1;

const macsOf = ({ cat, args }: ProfiledEvent): number => {
  if (cat !== 'Node' || !products.has(args?.op_name ?? '')) return 0;
  const left = shapeOf(args?.input_type_shape);
  if (isVote(left)) return 0;
  return shapeOf(args?.output_type_shape).reduce((size, extent) => size * extent, left.at(-1) ?? 0);
};

/** Multiply-accumulates of the matrix products that ONNX Runtime runs for one input. The model has more heads than one. */
export const profiledMacs = async (
  bytes: Uint8Array,
  input: EncoderInput,
  {
    config,
    layers,
    running,
    floor,
  }: {
    readonly config: LengthConfig;
    readonly layers: number;
    readonly running?: readonly number[];
    readonly floor?: number;
  },
): Promise<number> => {
  const folder = mkdtempSync(join(tmpdir(), 'profile-'));
  try {
    const session = await ort.InferenceSession.create(bytes, {
      enableProfiling: true,
      profileFilePrefix: join(folder, 'run'),
    });
    const { inputNames } = session;
    await session.run(
      tokenFeeds(ort, [input], { configs: [config], floors: [floor], layers, running, inputNames }) as never,
    );
    session.endProfiling();
    await session.release();
    const [file = ''] = readdirSync(folder);
    const events = JSON.parse(readFileSync(join(folder, file), 'utf8')) as ProfiledEvent[];
    return events.reduce((sum, event) => sum + macsOf(event), 0);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
