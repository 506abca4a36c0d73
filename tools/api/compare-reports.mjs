/** The reports that a repository keeps beside the reports of what was built. */

/**
 * The lines that one text has and the other has not, as a diff shows them. Lines that only moved are not named.
 *
 * @param {string} kept
 * @param {string} built
 * @returns {string[]}
 */
const changedLines = (kept, built) => {
  const [before, after] = [kept.split('\n'), built.split('\n')];
  /**
   * @param {readonly string[]} lines
   * @param {readonly string[]} others
   */
  const onlyIn = (lines, others) => {
    const left = new Map();
    for (const line of others) left.set(line, (left.get(line) ?? 0) + 1);
    return lines.filter((line) => {
      const count = left.get(line) ?? 0;
      if (count > 0) left.set(line, count - 1);
      return count === 0;
    });
  };
  return [...onlyIn(before, after).map((line) => `- ${line}`), ...onlyIn(after, before).map((line) => `+ ${line}`)];
};

/**
 * What is to be said of a package whose kept reports are not those of its build; nothing where they are.
 *
 * @param {string} name of the package's folder
 * @param {ReadonlyMap<string, string>} kept by file name
 * @param {ReadonlyMap<string, string>} built by file name
 * @returns {string[]}
 */
export const reportProblems = (name, kept, built) => {
  const problems = [];
  for (const [file, text] of built) {
    const before = kept.get(file);
    if (before === undefined)
      problems.push(`packages/${name}/api/${file} is missing: this entry point has no report yet.`);
    else if (before !== text)
      problems.push(
        [`packages/${name}/api/${file} does not say what the package now exports:`, ...changedLines(before, text)].join(
          '\n  ',
        ),
      );
  }
  for (const file of kept.keys()) {
    if (!built.has(file))
      problems.push(`packages/${name}/api/${file} is about an entry point that the package does not have.`);
  }
  return problems;
};
