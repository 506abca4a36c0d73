import { defineProblem } from '../problem.js';
import type { GenomeOf, Space } from '../space.js';
import { choice } from './choice.js';
import { descendingVector } from './descending-vector.js';
import { integer } from './integer.js';
import { permutation } from './permutation.js';
import { realVector } from './real-vector.js';
import { real } from './real.js';
import { record } from './record.js';
import { tuple } from './tuple.js';
import { vector } from './vector.js';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles only if the genomes of a space are of exactly this type. */
const genomesAre =
  <Genome>() =>
  <S>(_space: S, ..._same: Equal<GenomeOf<S>, Genome> extends true ? [] : [never]): void =>
    undefined;

describe('the types of genomes', () => {
  const activation = choice(['relu', 'gelu']);
  const names: readonly string[] = ['a', 'b'];
  const layer = record({ width: integer({ lower: 1, upper: 9 }), activation });
  const nested = record({
    rate: real({ lower: 0, upper: 1 }),
    layers: vector(layer, 2),
    pair: tuple(activation, permutation(3)),
  });

  it('are those of the space', () => {
    genomesAre<number>()(real({ lower: 0, upper: 1 }));
    genomesAre<number>()(integer({ lower: 0, upper: 1 }));
    genomesAre<'relu' | 'gelu'>()(activation);
    genomesAre<1 | true | null>()(choice([1, true, null]));
    genomesAre<string>()(choice(names));
    genomesAre<readonly number[]>()(permutation(3));
    genomesAre<readonly number[]>()(realVector({ length: 3 }));
    genomesAre<readonly number[]>()(descendingVector({ length: 3 }));
    genomesAre<readonly [number, 'relu' | 'gelu']>()(tuple(real({ lower: 0, upper: 1 }), activation));
    genomesAre<{ readonly width: number; readonly activation: 'relu' | 'gelu' }>()(layer);
    genomesAre<readonly { readonly width: number; readonly activation: 'relu' | 'gelu' }[]>()(vector(layer, 4));
    genomesAre<{
      readonly rate: number;
      readonly layers: readonly { readonly width: number; readonly activation: 'relu' | 'gelu' }[];
      readonly pair: readonly ['relu' | 'gelu', readonly number[]];
    }>()(nested);
    // @ts-expect-error a wrong expectation does not compile
    genomesAre<string>()(real({ lower: 0, upper: 1 }));
  });

  it('tell objects of a choice apart', () => {
    const block = choice([{ kind: 'dense', width: 64 }, { kind: 'skip' }]);
    const widthOf = (genome: GenomeOf<typeof block>): 64 | 0 => (genome.kind === 'dense' ? genome.width : 0);
    const { key } = block;
    expect([widthOf({ kind: 'dense', width: 64 }), widthOf({ kind: 'skip' })]).toEqual([64, 0]);
    expect(key?.({ kind: 'skip' })).toBe('1');
  });

  it('reach evaluate', async () => {
    const problem = defineProblem({
      ...nested,
      objectives: { size: 'minimize', score: 'maximize' },
      evaluate: async (genomes) =>
        genomes.map(({ rate, layers, pair: [kind, order] }) => ({
          size: layers.reduce((sum, { width }) => sum + width, 0),
          score: rate + (order[0] ?? 0) + (kind === 'relu' ? 1 : 0),
        })),
    });
    const genome = {
      rate: 0.5,
      layers: [{ width: 2, activation: 'gelu' as const }],
      pair: ['relu', [2, 1, 0]] as const,
    };
    await expect(problem.evaluate([genome], { generation: 0, keys: [''] })).resolves.toEqual([{ size: 2, score: 3.5 }]);
  });

  it('let operators of your own see them', () => {
    const space: Space<{ readonly x: number }> = record(
      { x: real({ lower: 0, upper: 1 }) },
      { mutate: ({ x }, random) => ({ x: x * random.next() }), crossover: (a, b) => [{ x: Math.max(a.x, b.x) }] },
    );
    expect(space.crossover({ x: 0 }, { x: 1 }, { next: () => 0, integer: () => 0, state: () => [1, 0, 0, 0] })).toEqual(
      [{ x: 1 }],
    );
    // @ts-expect-error a mutation of another genome
    record({ x: real({ lower: 0, upper: 1 }) }, { mutate: () => 'text' });
    // @ts-expect-error not one of the choices
    choice(['a', 'b'], { mutate: () => 'c' });
  });
});
