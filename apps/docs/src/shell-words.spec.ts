import { shellCommands } from './shell-words.js';

test('a script is its commands, each as its words', () => {
  const script = [
    'lat train --model a \\',
    "  --out 'a folder'   # why",
    '',
    '# nothing',
    'X=1 npm install "b c" d',
  ].join('\n');
  expect(shellCommands(script)).toEqual([
    ['lat', 'train', '--model', 'a', '--out', 'a folder'],
    ['X=1', 'npm', 'install', 'b c', 'd'],
  ]);
});
