import { createMetrics } from './metrics.js';

const model = { name: 'reviews', version: '1' };
const result = {
  predictions: [],
  point: { lengths: [1] },
  cost: 0.42,
  expectedScore: 0.8,
  degraded: true,
  tokens: 9,
  queueMs: 2,
  computeMs: 30,
};

test('what the service tells is counted', async () => {
  const { observer, request, text } = createMetrics();
  observer.answered(model, result, 40);
  observer.batch(model, { texts: 4, tokens: 128, computeMs: 30, macs: 1e9 });
  observer.workerReplaced(model);
  for (const code of ['BUDGET_INFEASIBLE', 'OVERLOADED', 'OVERLOADED', 'TIMED_OUT', 'ABANDONED', 'TEXT_EMPTY'] as const)
    observer.failed(model, code);
  request({ model, route: '/predict', code: 'OK' });
  const lines = await text([]);
  const own = '{model="reviews",version="1"}';
  for (const line of [
    `degraded_total${own} 1`,
    `infeasible_total${own} 1`,
    `refused_total${own} 2`,
    `expired_total${own} 1`,
    `abandoned_total${own} 1`,
    `workers_replaced_total${own} 1`,
    `request_seconds_sum${own} 0.04`,
    `queue_seconds_sum${own} 0.002`,
    `compute_seconds_sum${own} 0.03`,
    'cost_bucket{le="0.4",model="reviews",version="1"} 0',
    'cost_bucket{le="0.45",model="reviews",version="1"} 1',
    `batch_texts_sum${own} 4`,
    `batch_tokens_sum${own} 128`,
    `macs_total${own} 1000000000`,
    'requests_total{model="reviews",version="1",route="/predict",code="OK"} 1',
  ]) {
    expect(lines).toContain(`length_adaptive_${line}\n`);
  }
});

test('bounds of buckets are short numbers, and two registries count apart', async () => {
  const [first, second] = [createMetrics(), createMetrics()];
  first.observer.workerReplaced(model);
  expect(await second.text([])).not.toContain('length_adaptive_workers_replaced_total{');
  first.observer.answered(model, result, 1);
  const bounds = [...(await first.text([])).matchAll(/le="([^"]+)"/g)].map(([, bound = '']) => bound);
  expect(bounds.filter((bound) => bound.length > 8)).toEqual([]);
});

test('a model that is gone has no gauges', async () => {
  const { text } = createMetrics();
  const status = {
    ...model,
    ready: true,
    task: 'regression',
    engine: 'tfjs',
    labels: [],
    positions: 8,
    paretoSet: [],
    operatingPoint: 3,
    queued: 1,
    running: 1,
    queueDelayMs: 5,
    answered: 0,
    degraded: 0,
    refused: 0,
    expired: 0,
    speed: { overheadMs: 0, msPerGigaMac: 1 },
  } as const;
  expect(await text([status])).toContain('length_adaptive_operating_point{model="reviews",version="1"} 3');
  expect(await text([])).not.toContain('length_adaptive_operating_point{');
  expect(await text([status])).not.toContain('_bytes{model='); // what was not measured is no number
  const memory = { openedBytes: 5 };
  expect(await text([{ ...status, memory }])).toMatch(
    /length_adaptive_memory_bytes\{model="reviews",version="1"\} 5\n/,
  );
});

/** What Prometheus' own linter of metrics objects to, of what can be wrong here: names, units, help, types, doubles. */
const complaints = (text: string): string[] => {
  const families = Array.from(text.matchAll(/^# HELP (\S+) (.*)\n# TYPE (\S+) (\S+)$/gm), (match) => match.slice(1));
  const found = families.flatMap(([name = '', help = '', typed = '', type = '']) => [
    name !== typed && `${name}: HELP and TYPE differ`,
    help.trim() === '' && `${name}: no help`,
    type === 'counter' && !name.endsWith('_total') && `${name}: a counter ends in _total`,
    type !== 'counter' && name.endsWith('_total') && `${name}: only a counter ends in _total`,
    !['histogram', 'summary'].includes(type) &&
      /_(count|sum|bucket)$/.test(name) &&
      `${name}: the suffix of a histogram`,
    /(^|_)(counter|gauge|histogram|summary)(_|$)/.test(name) && `${name}: the type is in the name`,
    /(^|_)(s|ms|us|ns|sec|b|kb|mb|gb|tb|pb|m|h|d)(_|$)/.test(name) && `${name}: an abbreviated unit`,
    /(milli|micro|nano|kilo|mega|giga)(seconds|bytes)|minutes|hours|days/.test(name) && `${name}: no base unit`,
    !/^[a-z_][a-z0-9_]*$/.test(name) && `${name}: other letters than of snake_case`,
  ]);
  const names = families.map(([name]) => name);
  const samples = text.split('\n').flatMap((line) => /^([^#\s].*) \S+$/.exec(line)?.[1] ?? []);
  return [
    ...found.filter((one): one is string => typeof one === 'string'),
    ...names.filter((name, i) => names.indexOf(name) < i).map((name) => `${name}: twice`),
    ...samples.filter((sample, i) => samples.indexOf(sample) < i).map((sample) => `${sample}: twice`),
    ...samples
      .map((sample) => sample.replace(/\{.*/, ''))
      .filter((sample) => !names.some((name) => sample === name || sample.replace(/_(bucket|sum|count)$/, '') === name))
      .map((sample) => `${sample}: no family`),
  ];
};

test('a linter of metrics has nothing to object to', async () => {
  const { observer, request, text } = createMetrics();
  observer.answered(model, result, 40);
  observer.batch(model, { texts: 4, tokens: 128, computeMs: 30, macs: 1e9 });
  request({ model, route: '/predict', code: 'OK' });
  const lines = await text([]);
  expect(lines).toContain('length_adaptive_nodejs_active_handles{');
  expect(complaints(lines)).toEqual([]);
});
