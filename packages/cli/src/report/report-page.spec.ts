import { paretoChart } from './pareto-chart.js';
import { reportPage } from './report-page.js';
import type { SearchReport } from './search-report.js';

const report: SearchReport = {
  model: '<script>alert(1)</script> & "co"',
  data: 'dev.tsv',
  reportData: undefined,
  examples: 100,
  heldOutExamples: 0,
  sharedExamples: 0,
  meanTokens: 24.5,
  metric: 'accuracy',
  reportMetric: 'accuracy',
  seed: 42,
  generations: 10,
  evaluations: 220,
  speed: { samples: 16, repeats: 5 },
  engine: { engine: 'tfjs', precision: 'fp32', backend: 'wasm' },
  threads: 2,
  full: { lengthConfig: [1, 1], score: 0.91, cost: 1 },
  paretoSet: [
    { lengthConfig: [0.5, 0.25], score: 0.88, cost: 0.45, speedup: 1.9, latencyMs: 4 },
    { lengthConfig: [0.8, 0.6], score: 0.92, cost: 0.75, speedup: 1.3, latencyMs: 6 },
  ],
  versions: { packages: { '@length-adaptive/cli': '0.1.0' }, node: 'v20', platform: 'linux', cpu: 'A CPU <fast>', cores: 4, memoryGiB: 16 },
  command: "lat search --model 'a b' --data dev.tsv",
};

test('the page needs nothing else and escapes what comes from outside', () => {
  const page = reportPage(report);
  expect(page).not.toMatch(/<script|<link|src=|url\(/);
  expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;co&quot;');
  expect(page).toContain('A CPU &lt;fast&gt;');
  expect(page).toContain('lat search --model &#39;a b&#39; --data dev.tsv');
});

test('it says what was found and how', () => {
  const page = reportPage(report);
  for (const part of ['45.0%', '0.8800', '1.90×', '0.50 0.25', 'dev.tsv: 100 examples', '220 configurations', 'seed 42', '75.0%']) expect(page).toContain(part);
  expect(page).toContain('class="full"'); // the full length is beaten, and shown all the same
  expect(page).not.toContain(', held-out<');
  const heldOut = { ...report, reportData: 'test.tsv', heldOutExamples: 50, paretoSet: report.paretoSet.map((point) => ({ ...point, heldOutScore: 0.9 })) };
  expect(reportPage(heldOut)).toContain('<th>accuracy, held-out</th>');
  expect(reportPage(heldOut)).toContain('none of them among the searched ones');
  expect(reportPage({ ...heldOut, sharedExamples: 7 })).toContain('7 of them among the searched ones');
  expect(reportPage({ ...report, speed: undefined })).not.toContain('<th>speed-up</th>');
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
