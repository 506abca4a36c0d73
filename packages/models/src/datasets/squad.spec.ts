import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { testWithData } from '../testing/data-folder.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { parseSquad, readSquad } from './squad.js';

const context = 'Ada wrote the first program.';
const qa = { id: 'q1', question: 'Who?', answers: [{ text: 'Ada', answer_start: 0 }] };
const file = (paragraph: object, article: object = { title: 'Ada' }): string => JSON.stringify({ version: '1.1', data: [{ ...article, paragraphs: [paragraph] }] });

describe('parseSquad', () => {
  test('SQuAD 1.1', () => {
    expect(parseSquad(file({ context, qas: [qa] }), 'a.json')).toEqual([
      { id: 'q1', question: 'Who?', context, answers: [{ text: 'Ada', start: 0 }], title: 'Ada' },
    ]);
  });

  test('SQuAD 2.0: impossible questions have no answers, whatever is plausible', () => {
    const impossible = { id: 'q2', question: 'Why?', is_impossible: true, answers: [], plausible_answers: [{ text: 'Ada', answer_start: 0 }] };
    const [possible, none] = parseSquad(file({ context, qas: [{ ...qa, is_impossible: false }, impossible] }), 'a.json');
    expect(possible?.answers).toHaveLength(1);
    expect(none).toMatchObject({ id: 'q2', answers: [] });
  });

  test('offsets count code points in the file and UTF-16 units here', () => {
    const astral = '😀 the 𝐀 sign 😀';
    const answers = [
      { text: '𝐀 sign', answer_start: 6 },
      { text: '😀', answer_start: 13 },
    ];
    const [question] = parseSquad(file({ context: astral, qas: [{ ...qa, answers }] }), 'a.json');
    expect(question?.answers.map(({ start }) => start)).toEqual([7, 15]);
    for (const { text, start } of question?.answers ?? []) expect(astral.slice(start, start + text.length)).toBe(text);
  });

  test('answers are found after emoji, marks and white space of any kind, as Python counts', () => {
    const piece = fc.constantFrom('a', 'Ada', 'é', 'e\u0301', '😀', '👩‍👩‍👧', '𝐀', '𠮷', ' ', '\u00a0', '\u3000', '\u2028', '\u2029', '\u0085', '\ufeff', '\u200b', '\t', '\r\n', '\r', '\f', '\u001c');
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1 }), fc.nat(), fc.nat(), (pieces, from, length) => {
        const points = [...pieces.join('')];
        const answer_start = from % points.length;
        const text = points.slice(answer_start, answer_start + 1 + (length % 5)).join('');
        const [question] = parseSquad(file({ context: points.join(''), qas: [{ ...qa, answers: [{ text, answer_start }] }] }), 'a.json');
        const [answer] = question?.answers ?? [];
        expect(answer?.text).toBe(text);
        expect(question?.context.slice(0, answer?.start)).toBe(points.slice(0, answer_start).join(''));
      }),
    );
  });

  test('a byte order mark, and no title', () => {
    expect(parseSquad(`\ufeff${file({ context, qas: [qa] }, {})}`, 'a.json')[0]).not.toHaveProperty('title');
  });

  test.each<[string, string, RegExp]>([
    ['no JSON', 'id,question', /a\.json is not JSON: .*Expected a SQuAD file/],
    ['a list', '[]', /a\.json holds \[\], expected a SQuAD file/],
    ['no data', '{}', /a\.json: data is missing, expected a list of objects\. A SQuAD file is/],
    ['data of another kind', '{"data":["x"]}', /data is \["x"\], expected a list of objects/],
    ['no paragraphs', '{"data":[{}]}', /data\[0\]\.paragraphs is missing/],
    ['a title that is no text', file({ context, qas: [] }, { title: 3 }), /data\[0\]\.title is 3, expected a text/],
    ['no context', file({ qas: [qa] }), /data\[0\]\.paragraphs\[0\]\.context is missing, expected a text/],
    ['no questions in a paragraph', file({ context }), /data\[0\]\.paragraphs\[0\]\.qas is missing/],
    ['an id that is no text', file({ context, qas: [qa, { ...qa, id: 7 }] }), /paragraphs\[0\]\.qas\[1\]\.id is 7, expected a text/],
    ['no question', file({ context, qas: [{ id: 'q1', answers: [] }] }), /qas\[0\]\.question is missing/],
    ['no answers', file({ context, qas: [{ id: 'q1', question: 'Who?' }] }), /qas\[0\]\.answers is missing/],
    ['no text', file({ context, qas: [{ ...qa, answers: [{ answer_start: 0 }] }] }), /answers\[0\]\.text is missing/],
    ['an offset below 0', file({ context, qas: [{ ...qa, answers: [{ text: 'Ada', answer_start: -1 }] }] }), /answers\[0\]\.answer_start is -1, expected a whole number/],
    ['no questions at all', '{"data":[]}', /a\.json has no questions/],
  ])('refuses %s', (_, text, message) => {
    expect(() => parseSquad(text, 'a.json')).toThrow(expect.objectContaining({ code: 'DATA_INVALID' }));
    expect(() => parseSquad(text, 'a.json')).toThrow(message);
  });

  test.each([1, 27, 99])('refuses an answer that does not stand at its offset (%i)', (answer_start) => {
    const text = file({ context, qas: [{ ...qa, answers: [{ text: 'Ada', answer_start }] }] });
    const found = JSON.stringify(context.slice(answer_start, answer_start + 3)).replace('.', '\\.');
    expect(() => parseSquad(text, 'a.json')).toThrow(
      new RegExp(`a\\.json: .*answers\\[0\\] of question q1 begins at character ${answer_start} of the context; ${found} stands there, expected its text "Ada"`),
    );
  });

  test('refuses an empty answer', () => {
    expect(() => parseSquad(file({ context, qas: [{ ...qa, answers: [{ text: '', answer_start: 0 }] }] }), 'a.json')).toThrow(/expected its text ""/);
  });
});

describe('readSquad', () => {
  const folder = temporaryFolder();

  test('plain and gzip', async () => {
    const text = file({ context, qas: [qa] });
    writeFileSync(join(folder, 'a.json'), text);
    writeFileSync(join(folder, 'a.json.gz'), gzipSync(text));
    expect(await readSquad(join(folder, 'a.json'))).toEqual(parseSquad(text, 'a.json'));
    expect(await readSquad(join(folder, 'a.json.gz'))).toEqual(parseSquad(text, 'a.json'));
    await expect(readSquad(join(folder, 'none.json'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  });

  testWithData('squad11/dev-v1.1.json.gz', 'the dev set of SQuAD 1.1, every answer where it is said to be', async (path) => {
    const questions = await readSquad(path);
    expect(questions).toHaveLength(10_570);
    expect(questions.flatMap(({ answers }) => answers)).toHaveLength(34_726);
    expect(questions[0]).toMatchObject({ id: '56be4db0acb8001400a502ec', title: 'Super_Bowl_50', answers: [{ text: 'Denver Broncos', start: 177 }, {}, {}] });
  });
});
