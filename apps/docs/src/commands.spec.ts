import { commandProblem } from './command-problems.js';
import { codeBlocks, readPages } from './pages.js';
import { shellCommands } from './shell-words.js';

const commands = readPages()
  .flatMap(codeBlocks)
  .flatMap(({ at, language, code }) => {
    if (language === 'sh') return shellCommands(code).map((words) => ({ at, words }));
    if (language !== 'console') return [];
    return shellCommands(code.replace(/^(?!\$ ).*$/gm, '').replace(/^\$ /gm, '')).map((words) => ({ at, words }));
  })
  .map((command) => ({ ...command, shown: command.words.join(' ') }));

test('pages show commands of the command line and of the server', () => {
  expect(commands.length).toBeGreaterThan(40);
  for (const name of ['lat train', 'lat search', 'lat predict', 'lat serve', 'npx lat', 'npx length-adaptive-server']) {
    expect(commands.filter(({ shown }) => shown.startsWith(name))).not.toHaveLength(0);
  }
});

test.each(commands)('$at: $shown', async ({ words }) => {
  expect(await commandProblem(words)).toBeUndefined();
});

test.each([
  ['lat trian --model a --out b', "unknown command 'trian'"],
  ['lat train --modle a', "unknown option '--modle'"],
  ['lat train --epochs many', '--epochs is "many"'],
  ['lat search --resumed', "unknown option '--resumed'"],
  ['lat serve model --prot 8080', 'the server has no --prot'],
  ['lat serve model --port', '--port of the server takes a value'],
  ['npx lat export stray --model a', 'too many arguments'],
  ['npm run dmeo', 'no script dmeo'],
  ['npm run bench -- sped', 'no benchmark sped'],
  ['npm install @length-adaptive/modles', '@length-adaptive/modles'],
  ["curl localhost -d '{no json}'", 'is no JSON'],
  ['npx -p @length-adaptive/kli lat demo', '@length-adaptive/kli is no package'],
  ['npx -p @length-adaptive/cli lat dmeo', "unknown command 'dmeo'"],
  ['rm -rf model', '"rm" is not known here'],
])('%s would be refused', async (command, problem) => {
  const [words = []] = shellCommands(command);
  expect(await commandProblem(words)).toContain(problem);
});
