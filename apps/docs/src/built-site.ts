import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { siteFolder } from './workspace.js';

const dist = path.join(siteFolder, '.vitepress/dist');

/** A page as it is served. */
export interface BuiltPage {
  /** `guide/train.html`. */
  readonly file: string;
  readonly html: string;
}

/**
 * All pages of the built site.
 *
 * @throws Error where it was not built
 */
export const builtPages = (): BuiltPage[] => {
  if (!existsSync(path.join(dist, 'index.html'))) throw new Error('The site is not built; run npx nx build docs.');
  return (readdirSync(dist, { recursive: true }) as string[])
    .filter((file) => file.endsWith('.html'))
    .sort()
    .map((file) => ({ file, html: readFileSync(path.join(dist, file), 'utf8') }));
};

/** `a &amp; b` -> `a & b`. */
const unescape = (text: string): string =>
  text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');

/** Values of an attribute on elements of some names. */
export const attributesOf = (html: string, elements: string, attribute: string): string[] =>
  [...html.matchAll(new RegExp(`<(?:${elements})\\b[^>]*?\\s${attribute}="([^"]*)"`, 'g'))].map(([, value = '']) =>
    unescape(value),
  );

/** Where a link of a page leads inside of the site: a file of it and an anchor; undefined for links to elsewhere. */
const targetOf = (
  { file }: BuiltPage,
  href: string,
): { readonly path: string; readonly anchor: string } | undefined => {
  const url = new URL(href, `http://site/${file.replace(/(^|\/)index\.html$/, '$1').replace(/\.html$/, '')}`);
  if (url.host !== 'site') return undefined;
  return { path: decodeURIComponent(url.pathname).slice(1), anchor: decodeURIComponent(url.hash).slice(1) };
};

const candidates = (target: string): string[] =>
  target === '' || target.endsWith('/') ? [`${target}index.html`] : [`${target}.html`, target, `${target}/index.html`];

/** Links and images of all pages that lead nowhere, as `page -> link`. */
export const brokenLinks = (pages: readonly BuiltPage[]): string[] => {
  const byFile = new Map(pages.map((page) => [page.file, page]));
  const ids = new Map(
    pages.map(({ file, html }) => [
      file,
      new Set([...html.matchAll(/\sid="([^"]+)"/g)].map(([, id = '']) => unescape(id))),
    ]),
  );
  return pages.flatMap((page) => {
    const links = new Set([
      ...attributesOf(page.html, 'a|link', 'href'),
      ...attributesOf(page.html, 'img|script', 'src'),
    ]);
    return [...links].flatMap((href) => {
      const target = targetOf(page, href);
      if (!target) return [];
      const found = candidates(target.path).find(
        (file) => byFile.has(file) || (existsSync(path.join(dist, file)) && path.extname(file) !== ''),
      );
      const anchorThere = target.anchor === '' || found === undefined || ids.get(found)?.has(target.anchor) === true;
      return found !== undefined && anchorThere ? [] : [`${page.file} -> ${href}`];
    });
  });
};

/** Bytes of a page and of all that it asks for before anybody does anything, each file packed with gzip. */
export const transferredBytes = ({ html }: BuiltPage): number => {
  const files = new Set(
    [...attributesOf(html, 'link', 'href'), ...attributesOf(html, 'script', 'src')].filter((href) =>
      /^\/.*\.(js|css|svg|woff2)$/.test(href),
    ),
  );
  return [...files].reduce(
    (sum, file) => sum + gzipSync(readFileSync(path.join(dist, file))).length,
    gzipSync(html).length,
  );
};
