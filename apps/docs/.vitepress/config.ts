import { defineConfig } from 'vitepress';
import { repository } from '../src/workspace.js';
import { absentPages, nav, sidebar } from './navigation.js';
import { resultFigures } from './result-figures.js';
import { base, hostname } from './site-url.js';

const description =
  'Train a transformer once, run it at any budget: length-adaptive BERT models in TypeScript, in the browser and on the server.';

// eslint-disable-next-line no-restricted-syntax -- VitePress reads the default export
export default defineConfig({
  title: 'length-adaptive',
  description,
  lang: 'en',
  base,
  cleanUrls: true,
  router: { prefetchLinks: false }, // a page of links would fetch all that they lead to
  srcExclude: ['README.md', 'generated/**', 'e2e/**', 'public/**'],
  ignoreDeadLinks: absentPages(),
  // One page a door: what the API has behind each would be most of the list.
  sitemap: { hostname, transformItems: (items) => items.filter(({ url }) => !/^api\/./.test(url)) },
  head: [
    ['link', { rel: 'icon', type: 'image/svg+xml', href: `${base}mark.svg` }],
    ['meta', { name: 'theme-color', content: '#0b6b62' }],
    ['meta', { property: 'og:type', content: 'website' }],
    ['meta', { property: 'og:site_name', content: 'length-adaptive' }],
    ['meta', { property: 'og:image', content: `${hostname}card.png` }],
    ['meta', { property: 'og:image:alt', content: 'Tokens leave layer by layer: train once, run at any budget.' }],
    ['meta', { name: 'twitter:card', content: 'summary_large_image' }],
  ],
  transformPageData: (page) => {
    const canonical = `${hostname}${page.relativePath.replace(/(^|\/)index\.md$/, '$1').replace(/\.md$/, '')}`;
    const apiDescription = page.relativePath.startsWith('api/')
      ? `${page.title}: API reference of length-adaptive.`
      : description;
    const text = page.description || apiDescription;
    page.description = text;
    if (page.relativePath.startsWith('api/'))
      Object.assign(page.frontmatter, { editLink: false, prev: false, next: false }); // TypeDoc writes them
    const head = (page.frontmatter['head'] ??= []) as unknown[];
    head.push(
      ['link', { rel: 'canonical', href: canonical }],
      ['meta', { property: 'og:title', content: page.title || 'length-adaptive' }],
      ['meta', { property: 'og:description', content: text }],
    );
  },
  markdown: {
    config: resultFigures,
    languageAlias: { mjs: 'js' },
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
  },
  themeConfig: {
    logo: { src: '/mark.svg', alt: '' },
    nav,
    sidebar: sidebar(),
    outline: [2, 3],
    search: { provider: 'local' },
    socialLinks: [{ icon: 'github', link: repository, ariaLabel: 'Repository on GitHub' }],
    editLink: { pattern: `${repository}/edit/main/apps/docs/:path`, text: 'Edit this page' },
    footer: { message: 'Apache-2.0. Nothing here is loaded from anywhere else, and nothing counts visitors.' },
    notFound: {
      title: 'This page has been dropped',
      quote: 'Unlike a token, it will not be restored at the end. It may have moved: try the search.',
      linkText: 'To the home page',
      linkLabel: 'home page',
    },
  },
  vite: {
    // Pages run on the sources of the packages, as tests do: nothing has to be built first.
    resolve: {
      conditions: ['@length-adaptive/source'],
      // The pages only predict: they need the core of TensorFlow.js, and not its layers, converters and data sets.
      alias: [{ find: /^@tensorflow\/tfjs$/, replacement: '@tensorflow/tfjs-core' }],
    },
    worker: { format: 'es' },
    build: { chunkSizeWarningLimit: 3000 }, // the search index, which is fetched when somebody searches
    ssr: { resolve: { conditions: ['@length-adaptive/source'] } },
  },
});
