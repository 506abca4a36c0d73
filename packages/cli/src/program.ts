import { Command } from 'commander';
import packageJson from '../package.json' with { type: 'json' };

/** The `length-adaptive` command line. */
export const createProgram = (): Command =>
  new Command('length-adaptive').description(packageJson.description).version(packageJson.version, '-v, --version');
