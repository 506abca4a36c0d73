/** `node tools/installed.mjs PROGRAM...`: which of them tests can start; an input of theirs, so that a run that skipped them is not taken for one that has them. */
import { isInstalled } from './lib/programs.mjs';

console.log(process.argv.slice(2).filter(isInstalled).join(' '));
