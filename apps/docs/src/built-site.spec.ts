import { readFileSync } from 'node:fs';
import path from 'node:path';
import { absentPages } from '../.vitepress/navigation.js';
import { attributesOf, brokenLinks, builtPages, transferredBytes } from './built-site.js';
import { readPages } from './pages.js';
import { readRows, resultNames } from './results.js';
import { entryPoints, siteFolder } from './workspace.js';

const pages = builtPages();
const pageOf = (file: string) => {
  const page = pages.find((one) => one.file === file);
  if (!page) throw new Error(`The built site has no ${file}.`);
  return page;
};

test('every page that somebody wrote was built, and there is one for a wrong address', () => {
  const built = new Set(pages.map(({ file }) => file));
  expect(readPages().filter(({ file }) => !built.has(file.replace(/\.md$/, '.html')))).toEqual([]);
  expect(built).toContain('404.html');
});

test('every link, anchor, script and image of the site leads somewhere', () => {
  const absent = absentPages();
  const broken = brokenLinks(pages).filter((link) => !absent.some((page) => link.endsWith(` -> ${page}`)));
  expect(broken).toEqual([]);
});

test('a link or an anchor that leads nowhere would be told', () => {
  const page = (file: string, html: string) => ({ file, html });
  const html =
    '<a href="/there#part"></a> <a href="/there#other"></a> <a href="there"></a> <a href="./gone"></a> <a href="https://example.org/gone"></a>';
  expect(brokenLinks([page('from.html', html), page('there.html', '<h2 id="part">')])).toEqual([
    'from.html -> /there#other',
    'from.html -> ./gone',
  ]);
});

test('every door of a published package has its page, and every page of a name tells where it is defined', () => {
  for (const { specifier } of entryPoints()) expect(pageOf(`api/${specifier}/index.html`).html).toContain(`<h1 id="`);
  const names = pages.filter(({ file }) => /^api\/.*\/(functions|classes|interfaces)\//.test(file));
  expect(names.length).toBeGreaterThan(300);
  expect(
    names.filter(({ html }) => !html.includes('Defined in:') && !html.includes('Re-exports')).map(({ file }) => file),
  ).toEqual([]);
});

test('every figure that was measured stands on the page of benchmarks, with its note and the command', () => {
  const { html } = pageOf('benchmarks/index.html');
  const text = html
    .replace(/<[^>]+>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&#39;', "'")
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');
  for (const name of resultNames()) {
    expect(text).toContain(`npm run bench -- ${name}`);
    expect(readRows(name).filter(({ id, note }) => !text.includes(id) || !text.includes(note)).map(({ id }) => id)).toEqual([]); // prettier-ignore
  }
});

test('no page shows a quotation of a figure in place of the figure', () => {
  expect(
    pages.filter(({ html }) => html.replace(/<(pre|code)\b[^]*?<\/\1>/g, '').includes('@[')).map(({ file }) => file),
  ).toEqual([]);
});

test('no figure of the page of benchmarks is typed by hand', () => {
  const written = readFileSync(path.join(siteFolder, 'benchmarks/index.md'), 'utf8');
  expect(written.match(/\d+(\.\d+)?( ?%|x\b| ms)/g)).toBeNull();
});

test('figures say in words what they show', () => {
  const drawn = pages.flatMap(({ html }) => [...html.matchAll(/<div class="figure"><svg[^>]*>/g)].map(([tag]) => tag));
  expect(drawn.length).toBeGreaterThan(8);
  for (const tag of drawn) expect(tag).toMatch(/ role="img" aria-label="[^"]{40,}/);
  const pictures = pages.flatMap(({ html }) => html.match(/<img\b[^>]*>/g) ?? []);
  expect(pictures.filter((tag) => !/\salt\b/.test(tag))).toEqual([]);
});

test('every page has a title, a description, one headline, a canonical address, and stands in the sitemap unless it is a page of the API', () => {
  const sitemap = readFileSync(path.join(siteFolder, '.vitepress/dist/sitemap.xml'), 'utf8');
  for (const { file, html } of pages.filter((page) => page.file !== '404.html')) {
    const [canonical = ''] = /<link rel="canonical" href="([^"]+)"/.exec(html)?.slice(1) ?? [];
    expect({
      file,
      title: /<title>[^<]{10,}<\/title>/.test(html),
      description: /<meta name="description" content="[^"]{20,}"/.test(html),
      headlines: html.match(/<h1\b/g)?.length,
    }).toEqual({ file, title: true, description: true, headlines: 1 });
    expect(sitemap.includes(`<loc>${canonical}</loc>`)).toBe(!/^api\/(?!index)/.test(file));
  }
});

test('only pages that somebody wrote ask to be edited', () => {
  const edited = pages
    .filter(({ html }) => attributesOf(html, 'a', 'href').some((href) => href.includes('/edit/main/apps/docs/')))
    .map(({ file }) => file);
  expect(edited).toContain('guide/train.html');
  expect(edited.filter((file) => file.startsWith('api/'))).toEqual([]);
});

test.each(['index.html', 'guide/first-model.html', 'concepts/index.html', 'api/@length-adaptive/models/index.html'])(
  '%s asks for less than 200 kB',
  (file) => {
    expect(transferredBytes(pageOf(file))).toBeLessThan(200_000);
  },
);

test('pages load nothing from elsewhere', () => {
  for (const { file, html } of pages) {
    const loaded = [
      ...attributesOf(html, 'script|img', 'src'),
      ...[...html.matchAll(/<link\b[^>]*>/g)].flatMap(([tag]) =>
        /rel="(stylesheet|preload|modulepreload|icon)"/.test(tag) ? attributesOf(tag, 'link', 'href') : [],
      ),
    ];
    expect({ file, elsewhere: loaded.filter((address) => /^(https?:)?\/\//.test(address)) }).toEqual({
      file,
      elsewhere: [],
    });
  }
});
