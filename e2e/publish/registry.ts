import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { freePort } from '@length-adaptive/tools/testing/free-port';
import { runCommand } from '@length-adaptive/tools/testing/run-command';
import { until } from '@length-adaptive/tools/testing/until';

/** A registry of this test on loopback that holds our packages and nothing else; everything else comes from the registry that npm is set to. */
export interface Registry {
  readonly url: string;
  /** Lines of an `.npmrc` with which npm, Deno and Bun find our packages there. */
  readonly npmrc: string;
  /** Environment of commands that install: a cache of npm's own for this test, in which downloads of earlier days are found too. */
  readonly env: NodeJS.ProcessEnv;
  /** The digest of the newest version of a package, as a lock file has it. */
  digest(name: string): Promise<string | undefined>;
  close(): Promise<void>;
}

/** What a registry knows of a package, as far as it is asked for here. */
interface Packument {
  readonly versions: Readonly<Record<string, { readonly dist: { readonly integrity: string } }>>;
  readonly 'dist-tags': { readonly latest: string };
}

const verdaccio = path.join(path.dirname(require.resolve('verdaccio/package.json')), 'bin/verdaccio');

/** Without `proxy`: what is not published here is not found, so that a name of ours never comes from elsewhere. Anybody may publish. */
const configuration = (folder: string): string => `storage: ${path.join(folder, 'storage')}
packages:
  '@length-adaptive/*':
    access: $all
    publish: $all
max_body_size: 100mb
log: { type: stdout, format: pretty, level: warn }
`;

/**
 * What npm has downloaded before is shared; what `npx` has installed before is not: it would be taken in place of what is tested.
 *
 * @param folder gets the cache
 */
const createCache = async (folder: string): Promise<string> => {
  const cache = path.join(folder, 'npm-cache');
  const usual = path.join((await runCommand('npm', ['config', 'get', 'cache'], { cwd: folder })).trim(), '_cacache');
  mkdirSync(usual, { recursive: true });
  mkdirSync(cache);
  symlinkSync(usual, path.join(cache, '_cacache'), 'dir');
  return cache;
};

/** Starts a registry that keeps its packages in a folder of the caller's. */
export const startRegistry = async (folder: string): Promise<Registry> => {
  const file = path.join(folder, 'verdaccio.yaml');
  writeFileSync(file, configuration(folder));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  const server = spawn(process.execPath, [verdaccio, '--config', file, '--listen', `127.0.0.1:${port}`], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(server, 'exit');
  let printed = '';
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (text) => (printed += String(text)));
  await until(async () => {
    if (server.exitCode !== null) throw new Error(`verdaccio ended with ${server.exitCode}: ${printed}`);
    return fetch(`${url}-/ping`).then(
      ({ ok }) => ok,
      () => false,
    );
  });
  return {
    url,
    npmrc: `@length-adaptive:registry=${url}\n//127.0.0.1:${port}/:_authToken=anybody\n`, // npm publishes nothing without a token
    env: {
      npm_config_cache: await createCache(folder),
      npm_config_audit: 'false',
      npm_config_fund: 'false',
      npm_config_update_notifier: 'false',
    },
    digest: async (name) => {
      const { versions, 'dist-tags': tags } = (await (await fetch(`${url}${name}`)).json()) as Packument;
      return versions[tags.latest]?.dist.integrity;
    },
    close: async () => {
      server.kill();
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
