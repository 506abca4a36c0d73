import fc from 'fast-check';
import { pointSets } from '../testing/points.js';
import { parallelSvg } from './index.js';

const directions = { cost: 'minimize', score: 'maximize', time: 'minimize' } as const;
const solution = (cost: number, score: number, time: number) => ({ objectives: { cost, score, time } });
/** The corners of each line, in pixels. */
const linesOf = (svg: string, kind: 'line' | 'ring'): (readonly (readonly number[])[])[] =>
  [...svg.matchAll(new RegExp(`<path class="${kind}"[^>]* d="M([^"]*)"`, 'g'))].map(([, path = '']) =>
    path.split('L').map((corner) => corner.split(' ').map(Number)),
  );

describe('parallel coordinates', () => {
  it('draws a front of any size', () => {
    const front = Array.from({ length: 300_000 }, (_, i) => solution(i, i, i));
    expect(parallelSvg(front, directions)).toContain('M70 88');
  });

  it('draws a line for each solution over an axis for each objective, best at the top', () => {
    const front = [solution(1, 10, 5), solution(2, 30, 5)];
    const svg = parallelSvg(front, directions, { highlights: [solution(1, 30, 5)], title: 'a < b' });
    const [first = [], second = []] = linesOf(svg, 'line');
    expect(first.map(([x]) => x)).toEqual([70, 360, 650]);
    expect(second.map(([x]) => x)).toEqual([70, 360, 650]);
    const [top, bottom] = [88, 330];
    expect(first.map(([, y]) => y)).toEqual([top, bottom, (top + bottom) / 2]); // all times are one: the middle
    expect(second.map(([, y]) => y)).toEqual([bottom, top, (top + bottom) / 2]);
    expect(linesOf(svg, 'ring').map((line) => line.map(([, y]) => y))).toEqual([[top, top, (top + bottom) / 2]]);
    expect(svg).toContain('<title>a &lt; b</title>');
    expect(svg).toContain('>30</text>');
    expect(svg).toContain('score: more is better');
  });

  it('keeps every line within the picture, in the order of the values', () => {
    fc.assert(
      fc.property(pointSets(3, 20), (points) => {
        const front = points.map(([a = 0, b = 0, c = 0]) => solution(a, b, c));
        const lines = linesOf(parallelSvg(front, directions, { width: 500, height: 300 }), 'line');
        expect(lines).toHaveLength(front.length);
        for (const [x = NaN, y = NaN] of lines.flat()) {
          expect(x >= 0 && x <= 500).toBe(true);
          expect(y >= 0 && y <= 300).toBe(true);
        }
        lines.forEach((line, i) =>
          lines.forEach((other, j) => {
            const cheaper = (front[i]?.objectives.cost ?? 0) < (front[j]?.objectives.cost ?? 0);
            if (cheaper) expect(line[0]?.[1]).toBeLessThan(other[0]?.[1] ?? NaN);
          }),
        );
      }),
    );
  });

  it('draws nothing of nothing, and refuses one objective, no number and unknown options', () => {
    expect(linesOf(parallelSvg([], directions), 'line')).toEqual([]);
    const code = (name: string) => expect.objectContaining({ code: name });
    expect(() => parallelSvg([], { cost: 'minimize' })).toThrow(code('INVALID_OPTION'));
    expect(() => parallelSvg([solution(NaN, 1, 1)], directions)).toThrow(code('INVALID_OBJECTIVES'));
    expect(() => parallelSvg([], directions, { colour: 'red' } as object)).toThrow(code('INVALID_OPTION'));
  });
});
