const { execFileSync } = require('node:child_process');
const { existsSync, readFileSync } = require('node:fs');
const path = require('node:path');

const folder = path.join(__dirname, 'peer-packages');

/** Installs the peers once: about 570 MB that only this project needs. */
module.exports = () => {
  const { dependencies } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  if (Object.keys(dependencies).every((name) => existsSync(path.join(folder, 'node_modules', name, 'package.json')))) return;
  console.log('\nInstalling the peers that results are compared with (once, about 570 MB) ...');
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock', '--workspaces=false', '--ignore-scripts'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'], // without scripts: the CPU binaries are in the packages
  });
};
