import { readPages } from '../../../src/pages.js';
import { meanCosine, nearest, shared } from './nearest.js';
import { joinedPassagesOf, passagesOf } from './passages-of.js';

const prose =
  'Every word of this paragraph stands here so that it is long enough to be a passage of its own, with **bold** and `code` and [a link](/x) in it.';
const page = {
  file: 'guide/index.md',
  text: `---\ntitle: no\n---\n<script setup>\nimport x from 'y';\n</script>\n\n# A \`title\`\n\n${prose}\n\nToo short.\n\n- ${prose}\n\n| ${prose} |\n\n\`\`\`ts\n${prose}\n\n${prose}\n\`\`\`\n`,
};

test('passages are the paragraphs of prose, as readers see them', () => {
  expect(passagesOf([page], 10)).toEqual([
    {
      text: 'Every word of this paragraph stands here so that it is long enough to be a passage of its own, with bold and code and a link in it.',
      page: '/guide/',
      title: 'A title',
    },
  ]);
});

test('of this documentation there are enough, spread over its pages', () => {
  const passages = passagesOf(readPages(), 200);
  expect(passages.length).toBeGreaterThan(120);
  expect(new Set(passages.map(({ text }) => text)).size).toBe(passages.length);
  expect(new Set(passages.map(({ page: of }) => of)).size).toBeGreaterThan(15);
  expect(passages.filter(({ text, title }) => title === '' || /[<>|]|\]\(|\*\*/.test(text))).toEqual([]);
});

test('long passages are neighbours on one page', () => {
  const two = { ...page, text: `${page.text}\n\n${prose}` };
  const short = joinedPassagesOf([two], 20);
  expect(short).toHaveLength(2);
  const [long, other] = joinedPassagesOf([two, page], 60);
  expect(long?.text.split(' ')).toHaveLength(2 * (short[0]?.text.split(' ').length ?? 0));
  expect(other?.text).toBe(short[0]?.text);
});

test('the nearest, and how many of them two indexes share', () => {
  const index = [Float32Array.of(1, 0), Float32Array.of(0, 1), Float32Array.of(0.6, 0.8)];
  const found = nearest(index, Float32Array.of(0, 1), 2);
  expect(found).toEqual([
    { passage: 1, cosine: 1 },
    { passage: 2, cosine: expect.closeTo(0.8, 6) as number },
  ]);
  expect(shared(found, nearest(index, Float32Array.of(1, 0), 2))).toBe(1);
  expect(meanCosine(index, [...index].reverse())).toBeCloseTo((0.6 + 1 + 0.6) / 3, 6);
});
