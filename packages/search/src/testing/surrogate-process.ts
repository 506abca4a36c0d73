/** Goes on with a surrogate search from the checkpoint on its standard input, up to `argv[2]` evaluations, and prints the checkpoint then. */
import { readFileSync } from 'node:fs';
import { SurrogateSearch } from '../surrogate/index.js';
import { surrogateTradeOff } from './surrogate-trade-off.js';

const run = async (): Promise<void> => {
  const search = SurrogateSearch.resume(surrogateTradeOff(), JSON.parse(readFileSync(0, 'utf8')), {
    evaluations: Number(process.argv[2]),
  });
  await search.run();
  process.stdout.write(JSON.stringify(search.checkpoint()));
};
void run();
