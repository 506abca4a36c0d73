import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeSafetensors } from '@length-adaptive/models';
import type { TensorData } from '@length-adaptive/models';
import { readJson } from './files.js';

const tensor = (rows: number, columns: number, step: number): TensorData => ({
  shape: [rows, columns],
  data: Float32Array.from({ length: rows * columns }, (_, i) => Math.sin(step * i + 1)),
  dtype: 'F32',
});

/** Writes a LoRA adapter of a tiny model's second layer into a folder. */
export const writeTinyAdapter = (folder: string, base: string): void => {
  mkdirSync(folder);
  const changed = 'base_model.model.bert.encoder.layer.1.output.dense';
  const lora = { peft_type: 'LORA', base_model_name_or_path: 'base', lora_alpha: 4, r: 2, target_modules: ['dense'] };
  writeFileSync(join(folder, 'adapter_config.json'), JSON.stringify(lora));
  const { hidden_size: hidden = 0, intermediate_size: inner = 0 } = readJson(base, 'config.json') as Partial<
    Record<string, number>
  >;
  writeFileSync(
    join(folder, 'adapter_model.safetensors'),
    writeSafetensors(
      new Map([
        [`${changed}.lora_A.weight`, tensor(2, inner, 3)],
        [`${changed}.lora_B.weight`, tensor(hidden, 2, 5)],
      ]),
    ),
  );
};
