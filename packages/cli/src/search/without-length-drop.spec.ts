import type { ReportedPoint } from './reported-point.js';
import { describeGap, withoutLengthDrop } from './without-length-drop.js';

const settings = {
  model: 'my model',
  dropRatioBound: 0.25,
  maxLength: 64,
  stride: undefined,
  textColumn: undefined,
  pairColumn: undefined,
  labelColumn: 'stars',
};
const options = { metric: 'fidelity', reportMetric: 'f1', task: 'classification', settings } as const;
const point = (cost: number, score: number, heldOutScore?: number): ReportedPoint => ({
  point: { lengths: [cost] },
  score,
  cost,
  ...(heldOutScore !== undefined && { heldOutScore }),
});

test('the gap is told at the configurations nearest to half and a third of the MACs', () => {
  const found = withoutLengthDrop(
    { full: point(1, 0.9), paretoSet: [point(0.25, 0.6), point(0.35, 0.7), point(0.48, 0.85), point(0.8, 0.95)] },
    options,
  );
  expect(found).toMatchObject({ metric: 'fidelity', heldOut: false });
  expect(found.gaps).toEqual([
    { target: 0.5, number: 2, cost: 0.48, score: 0.85, fullScore: 0.9, gapPoints: expect.closeTo(5, 9) as number },
    { target: 0.33, number: 1, cost: 0.35, score: 0.7, fullScore: 0.9, gapPoints: expect.closeTo(20, 9) as number },
  ]);
});

test('held-out scores are told where there are any; where nothing is lost there is no gap', () => {
  const found = withoutLengthDrop({ full: point(1, 0.9, 0.8), paretoSet: [point(0.4, 0.7, 0.82)] }, options);
  expect(found).toMatchObject({
    metric: 'f1',
    heldOut: true,
    gaps: [{ number: 0, score: 0.82, fullScore: 0.8, gapPoints: 0 }, { number: 0 }],
  });
  const [gap] = found.gaps;
  expect(gap && describeGap(gap, found)).toBe(
    'Nearest to 0.5x the MACs is configuration 0 at 0.400x: held-out f1 0.8200, 0.8000 at full length; nothing is lost that LengthDrop could win back.',
  );
});

test('the command trains the same model with LengthDrop only, on examples read the same way', () => {
  expect(withoutLengthDrop({ full: point(1, 0.9), paretoSet: [] }, options)).toMatchObject({
    gaps: [],
    command:
      "lat train --model 'my model' --train TRAINING_DATA --task classification --max-length 64 --label-column stars --epochs 0 --length-drop-epochs 2 --drop-ratio-bound 0.25 --out runs/length-drop",
  });
});
