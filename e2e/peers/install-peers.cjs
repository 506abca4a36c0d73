const { execFileSync } = require('node:child_process');
const { existsSync } = require('node:fs');
const path = require('node:path');

const folder = path.join(__dirname, 'peer-packages');

/** Installs the peers once: about 300 MB that only this project needs. */
module.exports = () => {
  if (existsSync(path.join(folder, 'node_modules/onnxruntime-node/package.json'))) return;
  console.log('\nInstalling the peers that results are compared with (once, about 300 MB) ...');
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock', '--workspaces=false'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' }, // the CPU binaries are in the package
  });
};
