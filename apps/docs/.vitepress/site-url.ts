/** Where the site is published; `DOCS_URL=https://example.org/docs/` builds it for there. */
const url = new URL(process.env['DOCS_URL'] ?? 'https://length-adaptive.github.io/');

/** Path that every link of the site begins with. */
export const base = url.pathname.endsWith('/') ? url.pathname : `${url.pathname}/`;

/** Address of the home page. */
export const hostname = new URL(base, url).href;
