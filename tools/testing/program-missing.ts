import { spawnSync } from 'node:child_process';

/** Debian's programs that tests start: the set-up of `npm test` installs them where it may (`tools/lib/programs.mjs`). */
export type Program = 'redis-server' | 'chromium' | 'nginx';

/** For starting one: servers stand in /usr/sbin, which is not on the path of everybody. */
export const programEnv = (): NodeJS.ProcessEnv => ({ ...process.env, PATH: `${process.env['PATH']}:/usr/sbin` });

/** Why a program cannot be started here; undefined where it can. */
export const programMissing = (program: Program): string | undefined =>
  spawnSync(program, ['--version'], { stdio: 'ignore', env: programEnv() }).error === undefined
    ? undefined
    : `no ${program}; Debian has one: apt-get install ${program}`;
