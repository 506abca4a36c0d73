import type { EncoderWeights, WeightTree } from '@length-adaptive/core/encoder';

/** The vectors of an encoder, and its table of positions: little to read, and no training leaves them as they were. */
const weighed = <Leaf>({ embeddings, blocks, decoder, finalNorm }: WeightTree<EncoderWeights, Leaf>): Leaf[] =>
  [
    embeddings.position,
    embeddings.norm?.gain,
    embeddings.norm?.bias,
    ...[...blocks, ...(decoder?.blocks ?? [])].flatMap(({ attention, feedForward }) => [
      ...[attention.query, attention.key, attention.value, attention.output].map(({ bias }) => bias),
      ...[feedForward.intermediate, feedForward.output].map(({ bias }) => bias),
      ...[attention.norm, feedForward.norm].flatMap((norm) => [norm?.gain, norm?.bias]),
    ]),
    finalNorm?.gain,
  ].flatMap((leaf) => (leaf === undefined ? [] : [leaf]));

/** 16 hexadecimal digits of the SHA-256 of bytes. */
export const shortDigest = async (parts: readonly Uint8Array[]): Promise<string> => {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  const digest = new Uint8Array(await globalThis.crypto.subtle.digest('SHA-256', whole));
  return Array.from(digest.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join('');
};

/**
 * What tells the weights of an encoder from those of another one, the same on every engine: a digest of its norms, its biases and its table
 * of positions.
 *
 * @param read the numbers of a weight
 */
export const weightsDigest = async <Leaf>(
  encoder: WeightTree<EncoderWeights, Leaf>,
  read: (leaf: Leaf) => Promise<Float32Array>,
): Promise<string> => {
  const parts: Uint8Array[] = [];
  for (const leaf of weighed(encoder)) {
    const { buffer, byteOffset, byteLength } = await read(leaf);
    parts.push(new Uint8Array(buffer, byteOffset, byteLength));
  }
  return shortDigest(parts);
};
