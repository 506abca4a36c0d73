import * as tf from '@tensorflow/tfjs';
import { fineTune } from '../training/fine-tune.js';
import { createLifetime } from './lifetime.js';
import { saveModel } from './open-model.js';
import { createPredictor } from '../predictor/predictor.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { tinyModel } from '../testing/tiny-model.js';

const folder = temporaryFolder();
beforeAll(() => void tf.env().set('IS_TEST', true));

describe('a lifetime', () => {
  test('ends once, and at once when nothing runs', async () => {
    let freed = 0;
    const lifetime = createLifetime('The thing', () => void (freed += 1));
    expect(await lifetime.during(() => Promise.resolve(3))).toBe(3);
    const end = lifetime.end();
    expect(freed).toBe(1);
    expect(lifetime.end()).toBe(end);
    await end;
    expect(freed).toBe(1);
    await expect(lifetime.during(() => Promise.resolve(3))).rejects.toMatchObject({
      code: 'DISPOSED',
      message: 'The thing was disposed of; open another.',
    });
  });

  test('what runs finishes first, whether it succeeds or fails', async () => {
    const order: string[] = [];
    const lifetime = createLifetime('The thing', () => void order.push('freed'));
    let finish: () => void = () => undefined;
    const good = lifetime
      .during(() => new Promise<void>((resolve) => (finish = resolve)))
      .then(() => order.push('done'));
    const bad = lifetime.during(() => Promise.reject(new Error('bad'))).catch(() => order.push('failed'));
    const end = lifetime.end();
    await bad;
    expect(order).toEqual(['failed']);
    finish();
    await Promise.all([good, end]);
    expect([...order].sort()).toEqual(['done', 'failed', 'freed']);
  });
});

test('a predictor that was disposed of, twice, refuses every call by its code, and leaves nothing behind', async () => {
  const before = tf.memory().numTensors;
  const predictor = createPredictor(await tinyModel());
  predictor.dispose();
  predictor.dispose();
  expect(tf.memory().numTensors).toBe(before);
  await expect(predictor.predict(['good'])).rejects.toMatchObject({ name: 'ModelError', code: 'DISPOSED' });
  await expect(predictor.predict(['good', 'bad'])).rejects.toMatchObject({ code: 'DISPOSED' });
  await expect(predictor.inspect('good')).rejects.toMatchObject({ code: 'DISPOSED' });
  await expect(predictor.countTokens('good')).rejects.toMatchObject({ code: 'DISPOSED' });
  expect(predictor.macs(10)).toBeGreaterThan(0); // what needs no model
});

test('a call that is under way when its predictor is disposed of is answered', async () => {
  const predictor = createPredictor(await tinyModel());
  const texts = Array.from({ length: 24 }, (_, i) => `good phone ${'and '.repeat(i)}`);
  const answering = predictor.predict(texts);
  predictor.dispose();
  expect((await answering).map(({ error }) => error)).toEqual(texts.map(() => undefined));
});

test('a model that was disposed of, twice, neither runs, trains nor is saved', async () => {
  const text = await tinyModel();
  const { model } = text;
  const input = { ids: [2, 5, 3], typeIds: [0, 0, 0] };
  model.dispose();
  model.dispose();
  await expect(model.run([input])).rejects.toMatchObject({ name: 'ModelError', code: 'DISPOSED' });
  await expect(model.keptPositions(input, { lengths: [0.5, 0.5, 0.5] })).rejects.toMatchObject({ code: 'DISPOSED' });
  await expect(fineTune(model, { train: [{ input, target: 1 }] })).rejects.toMatchObject({ code: 'DISPOSED' });
  await expect(saveModel(folder, text)).rejects.toMatchObject({ code: 'DISPOSED' });
});
