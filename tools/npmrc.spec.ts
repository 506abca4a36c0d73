import { spawnSync } from 'node:child_process';
import path from 'node:path';

const root = path.join(__dirname, '..');

const npm = (...args: readonly string[]): { readonly printed: string; readonly warned: string } => {
  const { stdout, stderr } = spawnSync('npm', args, {
    cwd: root,
    encoding: 'utf8',
    shell: process.platform === 'win32',
    env: { ...process.env, npm_config_update_notifier: 'false' },
  });
  return { printed: stdout.trim(), warned: stderr };
};

test('npm knows every setting of .npmrc, and says nothing about them', () => {
  const { warned } = npm('config', 'get', 'fund');
  expect(warned).toBe('');
});

test('an installation runs no scripts: that of onnxruntime-node would download GPU files from outside the registry', () => {
  expect(npm('config', 'get', 'ignore-scripts').printed).toBe('true');
});
