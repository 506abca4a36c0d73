import { join } from 'node:path';
import { findReducer } from '@length-adaptive/core';
import { openTrainedModel, saveModel } from '@length-adaptive/models';
import { openDeferredModel } from '@length-adaptive/models/engine';
import * as tf from '@tensorflow/tfjs';
import { exportGraph, hostModel, makeOnnxFile } from './export-graph.js';
import { readPieces } from './graph/model-bytes.js';
import { readOnnxFile } from './read-file.js';
import { filesOf, memorySource } from './testing/memory-source.js';
import { temporaryFolder } from './testing/temporary-folder.js';
import { tinyTextModel } from './testing/tiny-model.js';

const folder = temporaryFolder();
const cases = join(__dirname, '../../models/fixtures/cases/models');
const folders = {
  classifier: join(folder, 'classifier'),
  'ranked by [CLS]': join(folder, 'cls-attention'),
  'several labels': join(cases, 'multilabel'),
};

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await tf.setBackend('cpu');
  for (const [path, reducer] of [
    [folders.classifier, 'attention'],
    [folders['ranked by [CLS]'], 'cls-attention'],
  ] as const) {
    const text = tinyTextModel(findReducer(reducer));
    await saveModel(path, text);
    text.model.dispose();
  }
});

describe.each(['fp32', 'fp16', 'int8'] as const)('%s', (precision) => {
  test.each(Object.entries(folders))(
    '%s: a graph made straight from the file is, byte for byte, the one of the variables',
    async (_, source) => {
      const { model } = await openTrainedModel(source);
      const host = await hostModel(model);
      model.dispose();
      for (const opened of [source, memorySource(filesOf(source))]) {
        for (const trace of [false, true]) {
          const deferred = await openDeferredModel(opened);
          const { content, ...file } = makeOnnxFile(deferred.model, { precision, trace });
          const bytes = await readPieces(content());
          await deferred.close();
          const expected = readOnnxFile(exportGraph(host, { precision, trace }));
          expect(Buffer.compare(bytes, expected.bytes)).toBe(0);
          expect(file).toEqual({ ...expected, bytes: undefined });
        }
      }
    },
  );
});
