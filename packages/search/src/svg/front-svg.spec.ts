import { cheapestWith, knee } from '../choice.js';
import { frontSvg } from './front-svg.js';
import { escapeMarkup, shortNumber } from './text.js';

const directions = { cost: 'minimize', score: 'maximize' } as const;
const at = (cost: number, score: number) => ({ objectives: { cost, score } });
const front = [at(1, 2), at(2, 6), at(4, 7), at(9, 8)];

/** Opened and closed elements pair up, and no text breaks out of its element. */
const expectWellFormed = (svg: string): void => {
  const open: string[] = [];
  for (const [, closing, name = '', , selfClosing] of svg.matchAll(/<(\/?)([a-z]+)((?:\s[\w:-]+="[^"<]*")*)(\/?)>/g)) {
    if (closing) expect(open.pop()).toBe(name);
    else if (!selfClosing) open.push(name);
  }
  expect(open).toEqual([]);
  expect(svg.replaceAll(/<\/?[a-z]+(?:\s[\w:-]+="[^"<]*")*\/?>/g, '')).not.toMatch(/[<>]|&(?!(amp|lt|gt|quot|#39);)/);
};

const countOf = (svg: string, text: string): number => svg.split(text).length - 1;

describe('frontSvg', () => {
  it('is an SVG of its own with a title, a description and a point for each member', () => {
    const svg = frontSvg(front, directions);
    expectWellFormed(svg);
    expect(svg).toMatch(
      /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"[^>]* role="img">\n<title>Pareto front<\/title>\n<desc>/,
    );
    expect(svg).toContain('<desc>4 solutions: cost (less is better) against score (more is better).</desc>');
    expect(svg).toContain('<title>cost 2, score 6</title>');
    expect(countOf(svg, '<circle class="point"')).toBe(front.length + 1); // one in the legend
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('gives the same text for the same input', () => {
    const options = {
      series: [{ label: 'all', solutions: [...front, at(5, 1)] }],
      highlights: [{ label: 'knee', solution: knee(front, directions) }],
    };
    expect(frontSvg(front, directions, options)).toBe(frontSvg(front, directions, options));
  });

  it('draws the staircase of what is not dominated, towards what is worse', () => {
    const stairs = (svg: string) =>
      /<path class="line" d="M[\d.]+ [\d.]+((?:H[\d.]+V[\d.]+)*)"/g.exec(
        svg.slice(svg.indexOf('class="dominated"')),
      )?.[1];
    expect(countOf(stairs(frontSvg(front, directions)) ?? '', 'H')).toBe(front.length - 1);
    const more = [...front].reverse().concat(at(3, 1), at(9, 7));
    expect(countOf(stairs(frontSvg(more, directions)) ?? '', 'H')).toBe(front.length - 1);
    const startOf = (svg: string): number => Number(/class="dominated" d="M[\d.]+ ([\d.]+)V/.exec(svg)?.[1]);
    const belowFront = startOf(frontSvg(front, directions));
    const aboveFront = startOf(frontSvg(front, { cost: 'minimize', score: 'minimize' }));
    expect(belowFront).toBeGreaterThan(aboveFront); // pixels count downwards
  });

  it('names objectives, series and highlights, and escapes all of it', () => {
    const nasty = '<b a="1">&\'\u0000';
    const svg = frontSvg(front, directions, {
      title: nasty,
      description: nasty,
      frontLabel: nasty,
      labels: { cost: nasty },
      series: [{ label: nasty, solutions: front }],
      highlights: [{ label: nasty, solution: front[1] }],
    });
    expectWellFormed(svg);
    expect(countOf(svg, '&lt;b a=&quot;1&quot;&gt;&amp;&#39;')).toBe(8); // title twice, highlight twice for its halo
    expect(svg).toContain('score</tspan> · more is better');
  });

  it('points at nothing where nothing qualified', () => {
    const solution = cheapestWith(front, { minimize: 'cost', where: { score: { atLeast: 99 } } });
    expect(frontSvg(front, directions, { highlights: [{ label: 'chosen', solution }] })).toBe(
      frontSvg(front, directions),
    );
  });

  it('fits all it shows, or the front alone', () => {
    const series = [{ label: 'all', solutions: [...front, at(90, 3)] }];
    const dots = (svg: string) =>
      countOf(/class="dots series-0" d="([^"]*)"\/>\n<path class="dominated"/.exec(svg)?.[1] ?? '', 'h0');
    expect(dots(frontSvg(front, directions, { series }))).toBe(5);
    expect(dots(frontSvg(front, directions, { series, fit: 'front' }))).toBe(4);
  });

  it('keeps the texts of highlights apart', () => {
    const svg = frontSvg(front, directions, {
      highlights: [1, 1, 2].map((i) => ({ label: `number ${i}`, solution: front[i] })),
    });
    const places = [...svg.matchAll(/class="callout" x="([\d.]+)" y="([\d.]+)"/g)].map(([, x, y]) => `${x} ${y}`);
    expect(new Set(places).size).toBe(3);
    expect(countOf(svg, '<circle class="ring"')).toBe(3);
  });

  it('draws two objectives of three, as told', () => {
    const three = [{ objectives: { a: 1, b: 2, c: 30 } }, { objectives: { a: 2, b: 1, c: 40 } }];
    const all = { a: 'minimize', b: 'minimize', c: 'maximize' } as const;
    expect(frontSvg(three, all)).toContain('a 1, b 2');
    expect(frontSvg(three, all, { y: 'c' })).toContain('a 1, c 30');
    expect(frontSvg(three, all, { x: 'c', y: 'a' })).toContain('c 30, a 1');
  });

  it('is an empty chart for an empty front', () => {
    const svg = frontSvg([] as typeof front, directions);
    expectWellFormed(svg);
    expect(svg).toContain('no solutions');
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('refuses one objective, unknown ones and values that are not finite', () => {
    const invalid = (code: string) => expect.objectContaining({ code });
    expect(() => frontSvg([{ objectives: { cost: 1 } }], { cost: 'minimize' })).toThrow(invalid('INVALID_OPTION'));
    expect(() => frontSvg(front, directions, { x: 'price' as 'cost' })).toThrow(invalid('INVALID_OPTION'));
    expect(() => frontSvg(front, directions, { x: 'cost', y: 'cost' })).toThrow(invalid('INVALID_OPTION'));
    expect(() => frontSvg([at(NaN, 1)], directions)).toThrow(invalid('INVALID_OBJECTIVES'));
  });
});

describe('text', () => {
  it('is escaped and short', () => {
    expect(escapeMarkup('a < b & "c"\u0007')).toBe('a &lt; b &amp; &quot;c&quot;');
    expect([0.123456, -0, -2.5, 1234567, 1e-9].map(shortNumber)).toEqual(['0.1235', '0', '−2.5', '1235000', '1e−9']);
  });
});
