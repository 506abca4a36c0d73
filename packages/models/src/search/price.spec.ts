import { constantRatioConfig, pointKey } from '@length-adaptive/core';
import type { OperatingPoint } from '@length-adaptive/core';
import { tinyBertConfig } from '@length-adaptive/tools/testing/tiny-bert';
import * as tf from '@tensorflow/tfjs';
import { createTaskModel } from '../model/task-model.js';
import { macsShare, macsShares } from './price.js';

test('shares of many points are those of each, and the inputs are counted once', async () => {
  tf.enableProdMode();
  await tf.setBackend('cpu');
  const model = createTaskModel(tinyBertConfig, new Map(), { fresh: true, seed: 3 });
  const { layers } = model.dimensions;
  const lengths = Array.from({ length: 1000 }, (_, i) => 3 + ((i * 7919) % 41));
  let looks = 0;
  const counted = Object.defineProperty([...lengths], Symbol.iterator, {
    value: function* () {
      looks += 1;
      yield* lengths;
    },
  });
  const shareOf = macsShares(model, counted);
  const points: OperatingPoint[] = [
    {},
    ...[0.9, 0.5, 0.2].flatMap((keep) => {
      const point = { lengths: constantRatioConfig(layers, keep) };
      return [point, { ...point, floor: 7 }, { ...point, skip: [0] }, { ...point, reducer: 'tome' }];
    }),
  ];
  const shown = points.map((point) => `${pointKey(point)} ${shareOf(point)} ${shareOf(point)}`);
  expect(shown).toEqual(
    points.map((point) => {
      const share = macsShare(model, point, lengths);
      return `${pointKey(point)} ${share} ${share}`;
    }),
  );
  expect(looks).toBe(1);
  expect(() => macsShares(model, [])({})).toThrow('no input lengths');
  model.dispose();
});
