import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** What a case gives; a process of its own is killed after a minute, when a loop has no end. */
const outcomeOf = (name: string): unknown =>
  JSON.parse(
    execFileSync(process.execPath, ['--import', 'tsx', join(__dirname, 'testing', 'bounded-process.ts'), name], {
      encoding: 'utf8',
      timeout: 60_000,
      killSignal: 'SIGKILL',
      env: { ...process.env, NODE_OPTIONS: '' },
    }),
  );

const saturated = (evaluations: number) => ({ stopped: 'saturated', evaluations });
const failed = (code: string, text: string) => ({ code, message: expect.stringContaining(text) });

describe('no loop is without an end', () => {
  it.each([
    ['nsga3, one objective', failed('INVALID_OPTION', 'nsga3() got 1 objective: expected two or more')],
    ['finest lattice of one objective', expect.any(Number)],
    ['a lattice beyond any memory', failed('INVALID_OPTION', 'take fewer divisions')],
    ['one objective', { stopped: 'generations', evaluations: 300 }],
    ['one point', saturated(1)],
    ['one point of reals', saturated(1)],
    ['one order', saturated(1)],
    ['a million on one point', saturated(1)],
    ['a population beyond the space', saturated(20)],
    ['offspring beyond the space', saturated(20)],
    ['1,024 genotypes', saturated(1_024)],
    ['1,024 genotypes, population 4', saturated(1_024)],
    ['nothing is accepted', failed('NO_CANDIDATES', 'passed accept()')],
    ['nothing but the seed is accepted', saturated(1)],
    ['operators that give what they get', saturated(1)],
    ['a surrogate, one point', saturated(1)],
    ['a surrogate, one point of reals', saturated(1)],
    ['a surrogate beyond the space', saturated(20)],
    ['a surrogate, nothing is accepted', failed('NO_CANDIDATES', 'passed accept()')],
    ['a race of one example', [{ examples: 1 }, { examples: 1 }].map((part) => expect.objectContaining(part))],
    ['a race of equals', new Array(3).fill(expect.objectContaining({ examples: 50 }))],
    ['a sweep over rows below everything', null],
    ['a sweep of four over rows below everything', null],
  ])('%s', (name, expected) => {
    expect(outcomeOf(name)).toEqual(expected);
  });
});
