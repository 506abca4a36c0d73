/** Vectors of many texts, kept in files: a benchmark that was stopped goes on, and one that runs again takes what is there. */
import { appendFileSync, existsSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { OperatingPoint } from '@length-adaptive/core';
import type { Predictor } from '@length-adaptive/models';
import { runsFolder } from '../accuracy/accuracy-rows.js';

/** A model at a point, as the benchmark compares it with others. */
export interface Contender {
  readonly name: string;
  /** What tells its weights from others: vectors of other weights are made anew. */
  readonly weights: string;
  open(): Promise<Predictor>;
  /** Default: the full length. */
  point?(predictor: Predictor, texts: readonly string[]): Promise<OperatingPoint>;
}

export interface Measured {
  readonly vectors: readonly Float32Array[];
  /** Of the full model's MACs, of all texts together. */
  readonly cost: number;
}

const chunk = 64;

/** Vectors of texts with what each cost and would cost at full length, the two numbers behind the vector. */
const rowsOf = async (
  predictor: Predictor,
  texts: readonly string[],
  point: OperatingPoint | undefined,
): Promise<Float32Array> => {
  const found = await predictor.embed(texts, { point, onError: 'throw' });
  return Float32Array.from(
    found.flatMap(({ vector, tokens, cost }) => [...vector, cost * predictor.macs(tokens), predictor.macs(tokens)]),
  );
};

/** The vectors of a contender of a set of texts, none of them empty; what is new is added to the file. */
export const embedAll = async (
  { name, weights, open, point }: Contender,
  set: string,
  texts: readonly string[],
): Promise<Measured> => {
  const predictor = await open();
  try {
    const at = await point?.(predictor, texts);
    const width = predictor.dimensions.hiddenSize + 2;
    const folder = path.join(runsFolder, 'embeddings', 'vectors');
    mkdirSync(folder, { recursive: true });
    const file = path.join(folder, `${name}-${set}-${texts.length}.f32`);
    const made = JSON.stringify({ weights, of: await predictor.identity(), at });
    if (!existsSync(`${file}.json`) || readFileSync(`${file}.json`, 'utf8') !== made) {
      writeFileSync(file, '');
      writeFileSync(`${file}.json`, made);
    }
    let done = Math.floor(readFileSync(file).byteLength / (4 * width));
    truncateSync(file, 4 * width * done);
    for (; done < texts.length; done += chunk) {
      const rows = await rowsOf(predictor, texts.slice(done, done + chunk), at);
      appendFileSync(file, new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength));
    }
    const bytes = readFileSync(file);
    const all = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
    const rows = texts.map((_, i) => all.subarray(i * width, (i + 1) * width));
    const sum = (column: number): number => rows.reduce((total, row) => total + (row[column] ?? 0), 0);
    return { vectors: rows.map((row) => row.subarray(0, width - 2)), cost: sum(width - 2) / sum(width - 1) };
  } finally {
    predictor.dispose();
  }
};
