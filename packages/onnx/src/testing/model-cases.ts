import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FileSource } from '@length-adaptive/models';
import { memorySource } from './memory-source.js';

/** Those of the odd model folders (see models/fixtures/cases/models/README.md) that are made without a change to their weights. */
export interface ModelCase {
  readonly name: string;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly weights?: string;
  readonly vocabulary?: readonly string[];
  readonly logits?: readonly number[];
  readonly labels?: readonly string[];
  readonly notes?: readonly string[];
}

const folder = join(__dirname, '../../../models/fixtures/cases/models');
const fixture = (name: string): Uint8Array => new Uint8Array(readFileSync(join(folder, name)));
const json = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), 'utf8'));
const changesWeights = (odd: object): boolean => 'tensor' in odd || 'prefix' in odd || 'pointer' in odd;

/** The text that the logits of the cases belong to. */
export const caseText = 'the phone is great';

export const modelCases = (json('cases.json') as readonly ModelCase[]).filter((odd) => !changesWeights(odd) && odd.logits !== undefined);

/** The folder of a case. */
export const caseSource = ({ config, weights, vocabulary = [] }: ModelCase): FileSource => {
  const changed = Object.entries({ ...(json('config.json') as object), ...config }).filter(([, value]) => value !== null);
  const words = `${new TextDecoder().decode(fixture('vocab.txt')).trimEnd()}\n${vocabulary.map((token) => `${token}\n`).join('')}`;
  return memorySource(
    new Map([
      ['config.json', new TextEncoder().encode(JSON.stringify(Object.fromEntries(changed)))],
      ['vocab.txt', new TextEncoder().encode(words)],
      ['tokenizer_config.json', fixture('tokenizer_config.json')],
      [weights === undefined ? 'model.safetensors' : 'pytorch_model.bin', fixture(weights ?? 'model.safetensors')],
    ]),
  );
};
