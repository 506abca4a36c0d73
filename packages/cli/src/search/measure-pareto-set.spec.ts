import type { LabelledInput } from '@length-adaptive/models';
import { countShared } from './measure-pareto-set.js';

test('held-out images are shared by their pixels, for all have the same tokens', () => {
  const image = (pixel: number): LabelledInput => ({ input: { ids: [0, 0], pixels: Float32Array.of(pixel, 0.5) } });
  const text = (id: number): LabelledInput => ({ input: { ids: [2, id, 3] } });
  expect(countShared([image(0.1), image(0.2)], [image(0.2), image(0.3)])).toBe(1);
  expect(countShared([text(5), text(6)], [text(6), text(7)])).toBe(1);
});
