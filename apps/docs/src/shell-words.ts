/** The commands of a shell script, each as its words: lines that end in a backslash joined, quotes and comments taken away. */
export const shellCommands = (script: string): string[][] =>
  script
    .replace(/\\\n/g, ' ')
    .split('\n')
    .map(words)
    .filter((command) => command.length > 0);

const words = (line: string): string[] => {
  const found: string[] = [];
  for (const [part, single, double] of line.matchAll(/'([^']*)'|"([^"]*)"|#.*$|[^\s'"]+/g)) {
    if (part.startsWith('#')) break;
    found.push(single ?? double ?? part);
  }
  return found;
};
