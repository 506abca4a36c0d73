import { wellFormed } from '../testing/well-formed.js';
import { withoutLengthDrop } from './without-length-drop.js';
import { optimismOf } from './optimism.js';
import { paretoChart } from './pareto-chart.js';
import { reportPage } from './report-page.js';
import type { SearchReport } from './search-report.js';
import { searchText } from './search-text.js';

const report: SearchReport = {
  model: '<script>alert(1)</script> & "co"',
  data: 'dev.tsv',
  reportData: undefined,
  heldOutShare: undefined,
  examples: 100,
  heldOutExamples: 0,
  sharedExamples: 0,
  meanTokens: 24.5,
  maxLength: 128,
  objective: 'macs',
  fileSize: false,
  calibration: undefined,
  metric: 'accuracy',
  reportMetric: 'accuracy',
  seed: 42,
  method: 'nsga2',
  generations: 10,
  evaluations: 220,
  raced: { asked: 15_400, all: 22_000 },
  speed: { samples: 16, repeats: 5 },
  engine: { engine: 'tfjs', precision: 'fp32', backend: 'wasm' },
  threads: 2,
  full: { point: { lengths: [1, 1] }, score: 0.91, cost: 1, speedup: 1, latencyMs: 8 },
  paretoSet: [
    { point: { lengths: [0.5, 0.25] }, score: 0.88, cost: 0.45, speedup: 1.9, latencyMs: 4 },
    { point: { lengths: [0.8, 0.6] }, score: 0.92, cost: 0.75, speedup: 1.3, latencyMs: 6 },
  ],
  fewerLayers: [],
  optimism: undefined,
  learned: [],
  baselines: [
    { padding: 'none', tokens: 24.5, macs: 1e9, ratio: 1, latencyMs: 8, latencyRatio: 1 },
    { padding: 'batch', tokens: 39.2, macs: 1.62e9, ratio: 1.62, latencyMs: 12, latencyRatio: 1.5 },
    { padding: 'maximum', tokens: 128, macs: 5.4e9, ratio: 5.4, latencyMs: 40, latencyRatio: 5 },
  ],
  withoutLengthDrop: undefined,
  versions: {
    packages: { '@length-adaptive/cli': '0.1.0' },
    node: 'v20',
    platform: 'linux',
    cpu: 'A CPU <fast>',
    cores: 4,
    memoryGiB: 16,
  },
  command: "lat search --model 'a b' --data dev.tsv",
};

test('the page needs nothing else and escapes what comes from outside', () => {
  const page = reportPage(report);
  expect(page).not.toMatch(/<script|<link|src=|url\(/);
  expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;co&quot;');
  expect(page).toContain('A CPU &lt;fast&gt;');
  expect(page).toContain('lat search --model &#39;a b&#39; --data dev.tsv');
});

const fewerLayers = [
  { point: { lengths: [1, 1], skip: [1] }, score: 0.84, cost: 0.5, speedup: 2, latencyMs: 4 },
  { point: { lengths: [1, 1], skip: [0] }, score: 0.9, cost: 0.7, speedup: 1.8, latencyMs: 4.5 },
];

test('points with fewer layers stand beside the best of the set that costs no more', () => {
  const cells = searchText({ ...report, fewerLayers }).map((line) => line.split(/ {2,}/));
  const start = cells.findIndex(([first]) => first === 'fewer layers, every token');
  expect(cells.slice(start, start + 3)).toEqual([
    ['fewer layers, every token', 'cost', 'accuracy', 'speed-up', 'left out', 'of the set, for no more'],
    ['1 of 2', '0.500', '0.8400', '2.00x', '1', '0.8800 (number 0)'],
    ['1 of 2', '0.700', '0.9000', '1.80x', '0', '0.8800 (number 0)'],
  ]);
  const dear = searchText({ ...report, paretoSet: report.paretoSet.slice(1), fewerLayers });
  expect(dear.find((line) => line.startsWith('1 of 2'))).toMatch(/ none$/);
  const page = reportPage({ ...report, fewerLayers });
  expect(page).toContain('Fewer layers in place of fewer tokens');
  expect(page).toContain('<td>0.8800 (number 0)</td>');
  expect(page.match(/class="rival"/g)).toHaveLength(3); // one of them in the legend
  wellFormed(paretoChart({ ...report, fewerLayers }));
  expect(reportPage(report)).not.toMatch(/[Ff]ewer layers/);
});

test('what becomes of the tokens of one text, at some of the points', () => {
  const example = {
    tokens: ['[CLS]', 'a', '<b>', 'play', 'ing', '[SEP]'].map((shown, i) => ({ shown, spaced: i > 0 && i !== 4 })),
    points: [
      { number: 0, cost: 0.45, point: '0.50 0.25, by tome', layers: [[0, 2, 3, 5], [0, 3, 5]], mergedInto: [[0, 2, 2, 3, 3, 5], [0, 3, 3, 3, 3, 5]] }, // prettier-ignore
      { number: 1, cost: 0.75, point: '0.80 0.60', layers: [[0, 1, 2, 3, 5], [0, 2, 3, 5]], skip: [0] }, // prettier-ignore
    ],
  };
  const page = reportPage({ ...report, example });
  wellFormed(body(page));
  for (const part of [
    '<h3>Number 0, 45.0% of the MACs</h3>',
    '<tr><th>layer 1</th><td>4</td><td>[CLS] <s>a</s> &lt;b&gt; play<s>ing</s> [SEP]</td></tr>',
    '<dt>layer 1</dt><dd><span class="one">a &lt;b&gt;</span> <span class="one">play ing</span></dd>',
    '<dt>layer 2</dt><dd><span class="one">a &lt;b&gt; play ing</span></dd>',
    '<tr><th>layer 1, left out</th><td>5</td>',
  ])
    expect(page).toContain(part);
  expect(page.match(/Became one/g)).toHaveLength(1);
  expect(reportPage(report)).not.toContain('What becomes of the tokens');
});

test('it says what was found and how', () => {
  const page = reportPage(report);
  for (const part of [
    '45.0%',
    '0.8800',
    '1.90×',
    '0.50 0.25',
    'dev.tsv: 100 examples',
    '220 configurations',
    'seed 42',
    '75.0%',
  ])
    expect(page).toContain(part);
  expect(page).toContain('class="full"'); // the full length is beaten, and shown all the same
  expect(page).not.toContain(', held-out<');
  const heldOut = {
    ...report,
    reportData: 'test.tsv',
    heldOutExamples: 50,
    paretoSet: report.paretoSet.map((point) => ({ ...point, heldOutScore: 0.9 })),
  };
  expect(reportPage(heldOut)).toContain('<th>accuracy, held-out</th>');
  expect(reportPage(heldOut)).toContain('none of them among the searched ones');
  expect(reportPage({ ...heldOut, sharedExamples: 7 })).toContain('7 of them among the searched ones');
  expect(reportPage({ ...report, speed: undefined })).not.toContain('<th>speed-up</th>');
});

test('flips stand beside the scores, on the page, in the text and at the points of the chart, with whose answers they are', () => {
  for (const text of [reportPage(report), searchText(report).join('\n'), paretoChart(report)])
    expect(text).not.toMatch(/flip/i);
  const flipped: SearchReport = {
    ...report,
    full: { ...report.full, flips: 0 },
    paretoSet: report.paretoSet.map((point, i) => ({ ...point, flips: [0.125, 0][i] ?? 0 })),
  };
  const page = reportPage(flipped);
  expect(page).toMatch(
    /<th>accuracy<\/th><th>flips<\/th>[^]*<td>0.8800<\/td><td>12.5%<\/td>[^]*<td>0.9200<\/td><td>0.0%<\/td>/,
  );
  expect(page).toContain(
    'share of answers on the searched examples that are others than the full length&#39;s, right or wrong',
  );
  expect(reportPage({ ...flipped, heldOutExamples: 50 })).toContain('share of answers on the held-out examples');
  expect(searchText(flipped)[0]).toMatch(/^number +cost +accuracy +flips +speed-up +lengths$/);
  expect(searchText(flipped)[1]).toMatch(/^0 +0.450 +0.8800 +0.1250 +1.90x/);
  expect(paretoChart(flipped)).toContain('12.5% of answers flip');
});

test('what a search by surrogate expects stands beside its scores, and how far the set was chosen by luck', () => {
  for (const text of [reportPage(report), searchText(report).join('\n')]) expect(text).not.toMatch(/expected|Luck/);
  const full = { ...report.full, heldOutScore: 0.9 };
  const paretoSet = report.paretoSet.map((point, i) => ({
    ...point,
    expectedScore: [0.86, 0.91][i] ?? 0,
    heldOutScore: [0.84, 0.88][i] ?? 0,
  }));
  const metrics = { metric: 'accuracy', reportMetric: 'accuracy' };
  const led: SearchReport = {
    ...{ ...report, method: 'surrogate', generations: 7, evaluations: 45, heldOutExamples: 50, full, paretoSet },
    optimism: optimismOf({ full, paretoSet }, metrics),
  };
  expect(led.optimism?.aboveExpected).toBeCloseTo((0.02 + 0.01) / 2, 12);
  expect(led.optimism?.loss?.searched).toBeCloseTo((0.03 - 0.01) / 2, 12);
  expect(led.optimism?.loss?.heldOut).toBeCloseTo((0.06 + 0.02) / 2, 12);
  const text = searchText(led);
  expect(text[0]).toMatch(/^number +cost +accuracy +accuracy, expected +accuracy, held-out +speed-up +lengths$/);
  expect(text[1]).toMatch(/^0 +0.450 +0.8800 +0.8600 +0.8400 /);
  expect(text[3]).toMatch(/^full +1.000 +0.9100 +0.9000 /); // not on the front: nothing is expected of it
  expect(text).toContain(
    'Chosen by their scores, the configurations score 0.0150 more than the search expects of them (mean): "accuracy, expected" is by all that it scored.',
  );
  expect(text).toContain(
    'Against the full length they lose 0.0100 accuracy on the searched examples and 0.0400 on the held-out ones (means).',
  );
  const page = reportPage(led);
  expect(page).toMatch(/<th>accuracy<\/th><th>accuracy, expected<\/th>[^]*<td>0.8800<\/td><td>0.8600<\/td>/);
  expect(page).toMatch(/a regression over the scored configurations[^]*45 configurations in 7 batches after the first/);
  expect(page).toMatch(/<dt>Luck<\/dt><dd>Chosen by their scores/);
  // Of two metrics there is no difference to speak of.
  expect(optimismOf({ full, paretoSet }, { ...metrics, metric: 'fidelity' })).not.toHaveProperty('loss');
  expect(optimismOf(report, metrics)).toBeUndefined();
});

test('configurations that soft-extract learned are marked', () => {
  expect(reportPage(report)).not.toContain('<th>source</th>');
  const [first, ...rest] = report.paretoSet;
  const marked = { ...report, paretoSet: [...(first ? [{ ...first, source: 'soft-extract 0.001' }] : []), ...rest] };
  expect(reportPage(marked)).toMatch(/<th>source<\/th>[^]*<td>soft-extract 0.001<\/td>/);
  expect(searchText(marked).slice(0, 2)).toEqual([
    expect.stringMatching(/ source +lengths$/),
    expect.stringMatching(/ soft-extract 0.001 +0.50 0.25$/),
  ]);
});

test('the chart has a point for every configuration, within its frame', () => {
  const chart = paretoChart(report);
  const [, , width, height] = /viewBox="(\d+) (\d+) (\d+) (\d+)"/.exec(chart)?.slice(1).map(Number) ?? [];
  const circles = [...chart.matchAll(/<circle class="(\w+)" cx="([\d.]+)" cy="([\d.]+)"/g)];
  expect(circles.filter(([, name]) => name === 'point')).toHaveLength(report.paretoSet.length + 1); // and one in the key
  for (const [, , x, y] of circles) {
    expect(Number(x)).toBeLessThan(width ?? 0);
    expect(Number(y)).toBeLessThan(height ?? 0);
  }
  expect(() => paretoChart({ ...report, paretoSet: [report.full] })).not.toThrow();
});

/** The same search with predicted time as its objective. */
const timed: SearchReport = {
  ...report,
  objective: 'latency',
  calibration: {
    coefficients: { input: 1, tokens: 0, entering: 0.1, enteringSquared: 0, leaving: 0.1, dropping: 0 },
    error: 0.034,
    heldOut: 8,
  },
  full: { ...report.full, predictedMs: 10 },
  paretoSet: report.paretoSet.map((point, i) => ({
    ...point,
    predictedMs: [6, 9][i] ?? 0,
    predictedSpeedup: [2, 1.25][i] ?? 0,
  })),
};

/** The body of a page, which is well-formed XML too. */
const body = (page: string): string => page.slice(page.indexOf('<main>'), page.indexOf('</main>') + '</main>'.length);

test.each<[string, SearchReport]>([
  ['searched by MACs', report],
  ['searched by latency', timed],
  [
    'without anything measured',
    {
      ...report,
      speed: undefined,
      baselines: report.baselines.map(({ latencyMs: _, latencyRatio: __, ...rest }) => rest),
    },
  ],
  [
    'never trained with LengthDrop',
    {
      ...report,
      withoutLengthDrop: withoutLengthDrop(report, {
        metric: 'accuracy',
        reportMetric: 'accuracy',
        task: 'classification',
        settings: { ...settingsOf(), model: 'a <b>' },
      }),
    },
  ],
  [
    'beaten in time',
    { ...report, paretoSet: report.paretoSet.map((point) => ({ ...point, beatenBy: 'full' as const })) },
  ],
])('the page of a search %s is well-formed and holds no hole', (_, shown) => {
  wellFormed(body(reportPage(shown)));
  wellFormed(paretoChart(shown));
  for (const text of [reportPage(shown), paretoChart(shown), searchText(shown).join('\n')])
    expect(text).not.toMatch(/NaN|undefined|Infinity/);
});

function settingsOf() {
  return {
    model: 'm',
    dropRatioBound: 0.2,
    maxLength: undefined,
    stride: undefined,
    textColumn: undefined,
    pairColumn: undefined,
    labelColumn: undefined,
  };
}

test('the full length is shown unpadded and padded, and what each configuration saves against it', () => {
  const page = reportPage(report);
  for (const part of [
    'padded to batches of 32</td><td>39.2</td><td>1.62×</td><td>1.50×</td><td>12.00',
    'padded to 128</td>',
    '<th>fewer MACs than full, unpadded / padded to batches of 32 / padded to 128</th>',
    '<td>2.2× / 3.6× / 12.0×</td>',
  ]) {
    expect(page).toContain(part);
  }
  expect(searchText(report).slice(-4)).toEqual([
    'full length              tokens  MACs   time',
    'unpadded                 24.5    1.00x  1.00x',
    'padded to batches of 32  39.2    1.62x  1.50x',
    'padded to 128            128.0   5.40x  5.00x',
  ]);
});

test('without held-out examples the text says whose scores they are', () => {
  expect(searchText(report).join('\n')).toContain(
    'Scores are of the 100 searched examples, and so a little too good; --report-data FILE or --held-out-share SHARE',
  );
  const heldOut = { ...report, heldOutShare: 0.25, heldOutExamples: 50 };
  expect(searchText(heldOut).join('\n')).not.toContain('too good');
  expect(reportPage(heldOut)).toContain('25.0% of dev.tsv, set aside before the search: 50 examples');
});

test('a search by latency shows predicted beside measured, and how good the prediction is', () => {
  const page = reportPage(timed);
  for (const part of [
    '<th>predicted speed-up</th>',
    'score against predicted time',
    'median error 3.4% on 8 passes',
    'differ by 4.6% (median)',
  ])
    expect(page).toContain(part);
  expect(paretoChart(timed)).toContain("share of the full model's predicted time");
  expect(searchText(timed)[0]).toMatch(/^number +cost +accuracy +predicted +speed-up +lengths$/);
  expect(searchText(timed)[1]).toMatch(/^0 +0.450 +0.8800 +2.00x +1.90x +0.50 0.25$/);
});

test('what was measured to be slower than something better is said, not hidden', () => {
  const beaten = {
    ...report,
    paretoSet: report.paretoSet.map((point, i) => (i === 0 ? { ...point, latencyMs: 7, beatenBy: 1 } : point)),
  };
  const sentence = 'Configuration 0 took 7.00 ms, and configuration 1, which scores at least as well, 6.00 ms.';
  expect(reportPage(beaten)).toContain(sentence);
  expect(searchText(beaten)).toContain(sentence);
  expect(reportPage(report)).not.toContain('scores at least as well, ');
});

test('weights that never saw LengthDrop are called so, with what it would have to buy', () => {
  const told = withoutLengthDrop(report, {
    metric: 'accuracy',
    reportMetric: 'f1',
    task: 'classification',
    settings: settingsOf(),
  });
  const untrained = { ...report, withoutLengthDrop: told };
  for (const text of [reportPage(untrained), searchText(untrained).join('\n')]) {
    expect(text).toContain('These weights were never trained with LengthDrop');
    expect(text).toContain(
      'Nearest to 0.5x the MACs is configuration 0 at 0.450x: accuracy 0.8800, 0.9100 at full length; LengthDrop would have to close 3.0 points.',
    );
    expect(text).toContain(
      'lat train --model m --train TRAINING_DATA --task classification --epochs 0 --length-drop-epochs 2',
    );
  }
  expect(reportPage(report)).not.toContain('never trained');
});

test('what racing saved is told, in the terminal and on the page; nothing where nothing was saved', () => {
  const told = /stopped early: 15400 passes over an example were made, 30\.0% less than 22000\./;
  for (const text of [reportPage(report), searchText(report).join('\n')]) {
    expect(text).toMatch(told);
    expect(text).not.toMatch(/undefined|NaN/);
  }
  for (const raced of [undefined, { asked: 22_000, all: 22_000 }]) {
    const quiet = { ...report, raced };
    for (const text of [reportPage(quiet), searchText(quiet).join('\n')]) expect(text).not.toMatch(/stopped early/);
  }
});
