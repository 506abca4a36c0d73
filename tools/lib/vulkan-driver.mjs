/** A Vulkan driver for tests of WebGPU in Node where there is no graphics card: Mesa's, which computes on the processor. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { workspaceRoot } from './setup.mjs';

/** A process of its own asks Dawn: what a driver does must not end the set-up. SwiftShader does not count, it is the last resort. */
const askDawn =
  "require('./tools/jest-dawn.cjs').openDawn().then(({ adapter }) => process.exit(!adapter || adapter.includes('swiftshader') ? 1 : 0))";

/** Whether WebGPU in Node has a driver here that is not a makeshift. */
export const hasVulkanDriver = () =>
  spawnSync(process.execPath, ['-e', askDawn], { cwd: workspaceRoot, stdio: 'ignore' }).status === 0;

/** The suite of newer packages for Debian 12, whose own Mesa is too old for Dawn. */
const backports = { release: 'bookworm', suite: 'bookworm-backports' };

const backportsFile = '/etc/apt/sources.list.d/length-adaptive-backports.sources';

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** The mirrors that apt-get uses, by code name. */
const mirrors = () => {
  const format = '$(CODENAME) $(REPO_URI)';
  const { stdout } = spawnSync(
    'apt-get',
    ['indextargets', '--format', format, 'Created-By: Packages', 'Component: main'],
    { encoding: 'utf8' },
  );
  return new Map(stdout.split('\n').map((line) => /** @type {[string, string]} */ (line.split(' '))));
};

/** @param {string} name */
const installCommand = (name) => `DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends ${name}`;

/**
 * Installs Mesa's driver, in Debian 12 from its backports: that suite is added for as long as the installation takes, from the mirror of
 * the others, and nothing else is taken from it but what the driver needs to be as new.
 *
 * @param {(command: string) => Promise<number>} run runs a command line and gives its exit code
 * @returns {Promise<number>} an exit code
 */
export const installVulkanDriver = async (run) => {
  const driver = 'mesa-vulkan-drivers';
  const old =
    existsSync('/etc/os-release') &&
    readFileSync('/etc/os-release', 'utf8').includes(`VERSION_CODENAME=${backports.release}\n`);
  if (!old) return run(`apt-get update -qq && ${installCommand(driver)}`);

  const known = mirrors();
  const mirror = known.get(backports.release);
  if (mirror !== undefined && !known.has(backports.suite)) {
    writeFileSync(
      backportsFile,
      `Types: deb\nURIs: ${mirror}\nSuites: ${backports.suite}\nComponents: main\nSigned-By: ${keyring}\n`,
    );
  }
  try {
    const code = await run(`apt-get update -qq && ${installCommand(`${driver}/${backports.suite}`)}`);
    // Chromium brings a driver too, but not the library that finds it.
    if (code !== 0) await run(installCommand('libvulkan1'));
    return code;
  } finally {
    rmSync(backportsFile, { force: true });
  }
};
