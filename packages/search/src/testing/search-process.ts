/** Reads a checkpoint from standard input, searches on, writes the next checkpoint to standard output. */
import { readFileSync } from 'node:fs';
import { Search } from '../index.js';
import { tradeOff } from './trade-off.js';
import { zdt1 } from '../suites/index.js';

const [, , name = '', generations = ''] = process.argv;
const saved: unknown = JSON.parse(readFileSync(0, 'utf8'));
const limits = { generations: Number(generations) };
const search = name === 'zdt1' ? Search.resume(zdt1(), saved, limits) : Search.resume(tradeOff(), saved, limits);
void search.run().then(() => process.stdout.write(JSON.stringify(search.checkpoint())));
