import { join } from 'node:path';
import { openTrainedModel, saveModel } from '@length-adaptive/models';
import { openDeferredModel } from '@length-adaptive/models/engine';
import * as tf from '@tensorflow/tfjs';
import { exportGraph, hostModel, makeOnnxFile } from './export-graph.js';
import { readOnnxFile } from './read-file.js';
import { filesOf, memorySource } from './testing/memory-source.js';
import { temporaryFolder } from './testing/temporary-folder.js';
import { tinyTextModel } from './testing/tiny-model.js';

const folder = temporaryFolder();
const cases = join(__dirname, '../../models/fixtures/cases/models');
const folders = { classifier: join(folder, 'classifier'), 'several labels': join(cases, 'multilabel') };

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await tf.setBackend('cpu');
  const text = tinyTextModel();
  await saveModel(folders.classifier, text);
  text.model.dispose();
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
          const { bytes, ...file } = await makeOnnxFile(deferred.model, { precision, trace });
          await deferred.close();
          const expected = readOnnxFile(exportGraph(host, { precision, trace }));
          expect(Buffer.compare(bytes, expected.bytes)).toBe(0);
          expect(file).toEqual({ builtIn: undefined, priorLayers: expected.priorLayers, minTokens: 2 });
        }
      }
    },
  );
});
