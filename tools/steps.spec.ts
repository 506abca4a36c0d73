import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { formatRunning, formatStep, showSteps } from './lib/steps.mjs';

describe('a step', () => {
  it('is a line with its seconds, or why it took none', () => {
    expect(formatStep({ step: 'core:build', status: 'success', seconds: 8.66 })).toBe('    8.7 s  core:build');
    expect(formatStep({ step: 'core:build', status: 'local-cache', seconds: 0.1 })).toBe('   cached  core:build');
    expect(formatStep({ step: 'core:build', status: 'failure', seconds: 2 })).toBe('   failed  core:build, 2.0 s');
    expect(formatStep({ step: 'core:size', status: 'not-run' })).toBe('  not run  core:size');
  });

  it('that runs now is named with its seconds so far, as far as the terminal is wide', () => {
    const running = new Map([
      ['core:test', 35.9],
      ['models:test', 7],
    ]);
    expect(formatRunning(running, '3 of 12', 80)).toBe('  3 of 12  core:test 35 s, models:test 7 s');
    expect(formatRunning(running, '3 of 12', 21)).toBe('  3 of 12  core:test');
  });

  it('shows progress on a terminal, and in a pipe lines alone', () => {
    const shown = (isTTY: boolean): string => {
      let text = '';
      const steps = showSteps({ isTTY, columns: 40, write: (more) => (text += more) });
      steps.expect(2);
      steps.start('core:build');
      steps.end({ step: 'core:build', status: 'failure', seconds: 1, output: '\u001b[31mno\u001b[39m\n' });
      steps.close();
      return text;
    };
    expect(shown(false)).toBe('   failed  core:build, 1.0 s\n\nno\n\n');
    expect(shown(true)).toContain('   0 of 2  core:build 0 s');
  });
});

describe('a run of Nx', () => {
  const root = path.resolve(__dirname, '..');
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'steps-'));
    const write = (file: string, json: object): void => {
      mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
      writeFileSync(path.join(folder, file), JSON.stringify(json));
    };
    const say = (text: string, code: number): string => `node -e "console.log('${text}'); process.exit(${code})"`;
    write('package.json', { private: true });
    write('nx.json', { analytics: false, neverConnectToCloud: true });
    write('good/project.json', { name: 'good', targets: { check: { command: say('all is well', 0) } } });
    write('bad/project.json', { name: 'bad', targets: { check: { command: say('line 7 is wrong', 3) } } });
    write('after/project.json', {
      name: 'after',
      implicitDependencies: ['bad'],
      targets: { check: { command: say('never', 0), dependsOn: ['^check'] } },
    });
    symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const run = (projects: string) => {
    const code = `
      import { runTargets } from './tools/lib/nx.mjs';
      const options = { flags: ['--projects=${projects}'], root: ${JSON.stringify(folder)} };
      const { code, tasks } = await runTargets(['check'], options);
      console.log(JSON.stringify({ code, tasks: tasks.map(({ step, status }) => step + ' ' + status).sort() }));`;
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, NX_WORKSPACE_ROOT_PATH: folder },
    });
    const lines = stdout.trimEnd().split('\n');
    return { lines, result: JSON.parse(lines.pop() ?? '') as unknown, stderr };
  };
  const log = (): string => readFileSync(path.join(folder, 'test-results/logs/check.txt'), 'utf8');

  it('that works prints a line for each task and keeps what they printed', () => {
    const { lines, result } = run('good');
    expect(lines).toEqual([expect.stringMatching(/^ +\d+\.\d s {2}good:check$/)]);
    expect(result).toEqual({ code: 0, tasks: ['good:check success'] });
    expect(log()).toContain('all is well');
  });

  it('that fails prints the whole output of what failed, and what did not run for it', () => {
    const { lines, result } = run('good,bad,after');
    expect(result).toEqual({ code: 1, tasks: ['after:check not-run', 'bad:check failure', 'good:check success'] });
    expect(lines).toContain('line 7 is wrong');
    expect(lines).not.toContain('all is well');
    expect(lines).toContainEqual(expect.stringMatching(/^ {3}failed {2}bad:check, \d+\.\d s$/));
    expect(lines).toContain('  not run  after:check');
    expect(lines.at(-1)).toMatch(/^What every task printed: .*test-results\/logs\/check\.txt$/);
  });

  it('that never starts prints what Nx says', () => {
    writeFileSync(path.join(folder, 'good/project.json'), '{');
    const { result, stderr } = run('good');
    expect(result).toEqual({ code: 1, tasks: [] });
    expect(stderr).toContain('Failed to process project graph');
  });
});
