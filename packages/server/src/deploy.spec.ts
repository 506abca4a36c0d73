import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { ModelStatus } from './service.js';
import { createMetrics } from './telemetry/metrics.js';

const folder = join(__dirname, '../deploy');
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

/** The parser that @fastify/swagger brings. */
const yaml = createRequire(require.resolve('@fastify/swagger'))('yaml') as {
  parseAllDocuments(text: string): { readonly errors: readonly unknown[]; toJS(): unknown }[];
};

/** What the tests read of a container and of the pod around it. */
interface Container {
  readonly name: string;
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly ports: readonly { readonly containerPort: number }[];
  readonly readinessProbe: { readonly httpGet: { readonly path: string }; readonly periodSeconds: number };
  readonly livenessProbe: { readonly httpGet: { readonly path: string } };
  readonly lifecycle?: { readonly preStop: { readonly exec: { readonly command: readonly string[] } } };
}
interface Pod {
  readonly terminationGracePeriodSeconds: number;
  readonly enableServiceLinks: boolean;
  readonly containers: readonly [Container];
}
interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: { readonly template?: { readonly spec: Pod }; readonly predictor?: Pod; readonly selector?: unknown };
}

const manifests = (name: string): readonly Manifest[] =>
  yaml.parseAllDocuments(read(name)).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS() as Manifest;
  });
const podOf = (name: string): Pod => {
  const pod = manifests(name)
    .map(({ spec }) => spec.template?.spec ?? spec.predictor)
    .find((spec) => spec !== undefined);
  if (pod === undefined) throw new Error(`${name} has no pod`);
  return pod;
};
/** The flags of the command line, each with what its help says. */
const flags = new Map(
  Array.from(
    readFileSync(join(__dirname, 'options.ts'), 'utf8').matchAll(/'--([a-z-]+) <.*$/gm),
    ([line, flag = '']) => [flag, line],
  ),
);
const flagOf = (variable: string): string =>
  variable.replace('LENGTH_ADAPTIVE_', '').replaceAll('_', '-').toLowerCase();

test('every file is in the README, and says what was not run', () => {
  for (const name of readdirSync(folder).filter((name) => name !== 'README.md')) {
    expect(read('README.md')).toContain(`[${name}](${name})`);
    expect([name, read(name).slice(0, 600)]).toEqual([
      name,
      expect.stringMatching(/Not (run|built)|is tested with nginx/),
    ]);
  }
});

test('kubernetes.yaml holds what a service needs, of one name', () => {
  const all = manifests('kubernetes.yaml');
  expect(all.map(({ kind }) => kind)).toEqual([
    'Deployment',
    'Service',
    'HorizontalPodAutoscaler',
    'PodDisruptionBudget',
  ]);
  expect(new Set(all.map(({ metadata }) => metadata.name))).toEqual(new Set(['length-adaptive']));
});

describe.each(['kubernetes.yaml', 'kserve.yaml'])('%s', (name) => {
  const container = (): Container => podOf(name).containers[0];
  const value = (variable: string): string | undefined => container().env.find((one) => one.name === variable)?.value;

  test('leaves the server its grace before the cluster kills it', () => {
    const grace = Number(value('LENGTH_ADAPTIVE_GRACE_MS')) / 1000;
    const beforeSignal = Number(container().lifecycle?.preStop.exec.command[1] ?? 0);
    expect(flags.get('grace-ms')).toContain(`default ${grace * 1000}`);
    const delay = Number(value('LENGTH_ADAPTIVE_DRAIN_DELAY_MS') ?? 0) / 1000;
    expect(podOf(name).terminationGracePeriodSeconds).toBeGreaterThan(beforeSignal + delay + grace);
    // Longer than it takes the probe to see that it goes, and the cluster to hear of it.
    expect(beforeSignal + delay).toBeGreaterThan(container().readinessProbe.periodSeconds);
  });

  test('sets only variables that the server reads, and keeps the cluster from setting one', () => {
    const variables = container()
      .env.map((one) => one.name)
      .filter((variable) => variable.startsWith('LENGTH_ADAPTIVE_'));
    expect(variables.map(flagOf).filter((flag) => !flags.has(flag))).toEqual([]);
    expect(podOf(name).enableServiceLinks).toBe(false);
  });

  test('asks for health where the server answers', () => {
    const routes = readFileSync(join(__dirname, 'http/open-inference.ts'), 'utf8').replace(/\(\s+/g, '('); // a line break after a parenthesis means nothing
    const { readinessProbe, livenessProbe, ports } = container();
    expect([readinessProbe.httpGet.path, livenessProbe.httpGet.path]).toEqual(['/v2/health/ready', '/v2/health/live']);
    for (const { httpGet } of [readinessProbe, livenessProbe]) expect(routes).toContain(`app.get('${httpGet.path}'`);
    expect(ports.map(({ containerPort }) => String(containerPort))).toEqual([value('LENGTH_ADAPTIVE_PORT')]);
  });
});

test('kserve.yaml names the version of the protocol, and the container as KServe wants it', () => {
  const [container] = podOf('kserve.yaml').containers;
  expect(container.name).toBe('kserve-container');
  expect(container.env).toContainEqual({ name: 'PROTOCOL', value: 'v2' });
});

test('the Containerfile sets only variables that the server reads, is not root, and starts the program of the package', () => {
  const text = read('Containerfile');
  const variables = Array.from(text.matchAll(/LENGTH_ADAPTIVE_[A-Z_]+(?==)/g), ([variable]) => flagOf(variable));
  expect(variables.length).toBeGreaterThan(0);
  expect(variables.filter((flag) => !flags.has(flag))).toEqual([]);
  expect(text).toMatch(/^USER node$/m);
  const { bin } = JSON.parse(readFileSync(join(__dirname, '../package.json'), 'utf8')) as {
    bin: Record<string, string>;
  };
  expect(text).toContain(
    `/app/node_modules/@length-adaptive/server/${bin['length-adaptive-server']?.replace('./', '')}"]`,
  );
});

/** The type of each metric. */
const metrics = async (): Promise<ReadonlyMap<string, string>> => {
  const status = {
    name: 'any',
    version: '1',
    ready: true,
    queued: 0,
    running: 0,
    operatingPoint: 0,
    queueDelayMs: 0,
  } as ModelStatus;
  const text = await createMetrics().text([status]);
  return new Map(Array.from(text.matchAll(/^# TYPE (\S+) (\S+)$/gm), ([, name = '', type = '']) => [name, type]));
};

test('every panel of the dashboard asks for metrics that the server has', async () => {
  const known = await metrics();
  const { panels } = JSON.parse(read('grafana-dashboard.json')) as {
    panels: { title: string; targets: { expr: string }[] }[];
  };
  expect(panels.length).toBeGreaterThan(10);
  for (const { title, targets } of panels) {
    const asked = targets.flatMap(({ expr }) => expr.match(/\blength_adaptive_\w+/g) ?? []);
    expect(asked.length).toBeGreaterThanOrEqual(targets.length);
    for (const name of asked) {
      const base = name.replace(/_(bucket|sum|count)$/, '');
      expect([title, name, known.get(name) ?? known.get(base)]).toEqual([
        title,
        name,
        name === base ? expect.stringMatching(/counter|gauge/) : 'histogram',
      ]);
    }
  }
});

test('the dashboard shows every metric of models', async () => {
  const text = read('grafana-dashboard.json');
  const own = [...(await metrics()).keys()].filter((name) => !/_(process|nodejs)_/.test(name));
  expect(own.filter((name) => !text.includes(name))).toEqual([]);
});
