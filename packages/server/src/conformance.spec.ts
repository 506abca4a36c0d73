import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { clauses } from './testing/clauses.js';
import { clauseTests, withTables } from './testing/conformance-tables.js';

test('every clause has one test, and every such test a clause', () => {
  expect(
    clauseTests(__dirname)
      .map(({ id }) => id)
      .sort(),
  ).toEqual(Object.keys(clauses).sort());
});

test('the tables of the README are those of the tests: npm run conformance -w packages/server writes them', () => {
  const readme = readFileSync(join(__dirname, '../README.md'), 'utf8');
  expect(readme).toBe(withTables(readme, __dirname));
});
