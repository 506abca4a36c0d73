import { existsSync } from 'node:fs';
import path from 'node:path';
import type { DefaultTheme } from 'vitepress';
import { entryPoints, siteFolder } from '../src/workspace.js';

type Item = DefaultTheme.SidebarItem;

export const nav: DefaultTheme.NavItem[] = [
  { text: 'Guide', link: '/guide/first-model', activeMatch: '^/guide/' },
  { text: 'Concepts', link: '/concepts/', activeMatch: '^/concepts/' },
  {
    text: 'Demo',
    items: [
      { text: 'See tokens leave', link: '/demo' },
      { text: 'Search passages', link: '/live-search' },
      { text: 'Rerank within a deadline', link: '/live-rerank' },
    ],
  },
  {
    text: 'Figures',
    items: [
      { text: 'Benchmarks', link: '/benchmarks/' },
      { text: 'In your browser', link: '/in-your-browser' },
      { text: 'Comparison', link: '/comparison' },
    ],
  },
  { text: 'API', link: '/api/', activeMatch: '^/api/' },
];

const pages: Item[] = [
  {
    text: 'Start',
    items: [
      { text: 'Install', link: '/guide/install' },
      { text: 'First model in ten minutes', link: '/guide/first-model' },
      { text: 'What opens', link: '/guide/what-opens' },
      { text: 'Coming from transformers.js', link: '/guide/transformers-js' },
      { text: 'Why not just …?', link: '/guide/why-not' },
    ],
  },
  {
    text: 'Use',
    items: [
      { text: 'Train', link: '/guide/train' },
      { text: 'Search', link: '/guide/search' },
      { text: 'Budgets', link: '/guide/budgets' },
      { text: 'Tasks', link: '/guide/tasks' },
      { text: 'Learned choice', link: '/guide/learned-choice' },
      { text: 'Search with embeddings', link: '/guide/embeddings' },
      { text: 'Rerank', link: '/guide/rerank' },
      { text: 'Adapt', link: '/guide/adapt' },
      { text: 'Merging tokens', link: '/guide/merging' },
      { text: 'In the browser', link: '/guide/browser' },
      { text: 'Serving', link: '/guide/serving' },
      { text: 'Export to ONNX', link: '/guide/onnx' },
      { text: 'Distributed search', link: '/guide/distributed-search' },
      { text: 'Reading benchmarks', link: '/guide/reading-benchmarks' },
    ],
  },
  {
    text: 'Concepts',
    items: [
      { text: 'The method on one page', link: '/concepts/' },
      { text: 'LengthDrop', link: '/concepts/length-drop' },
      { text: 'Drop-and-Restore', link: '/concepts/drop-and-restore' },
      { text: 'Significance, reducers, priors', link: '/concepts/significance' },
      { text: 'Search and the Pareto set', link: '/concepts/pareto-set' },
      { text: 'Cost', link: '/concepts/cost' },
      { text: 'Low rank', link: '/concepts/low-rank' },
    ],
  },
  {
    text: 'Try and measure',
    items: [
      { text: 'Live demo', link: '/demo' },
      { text: 'Live search', link: '/live-search' },
      { text: 'Live rerank', link: '/live-rerank' },
      { text: 'In-browser benchmark', link: '/in-your-browser' },
      { text: 'Benchmarks', link: '/benchmarks/' },
      { text: 'Comparison', link: '/comparison' },
      { text: 'Citations', link: '/citations' },
    ],
  },
];

/** One entry a door; what is behind it stands on its page. A list of all names would be in every page of the site. */
const doors = (): Item[] =>
  entryPoints().map(({ specifier }) => ({
    text: specifier.replace('@length-adaptive/', ''),
    link: `/api/${specifier}/`,
  }));

export const sidebar = (): DefaultTheme.SidebarMulti => ({
  '/api/': [{ text: 'API reference', link: '/api/', items: doors() }],
  '/': pages,
});

/** Pages that the navigation names and that may be absent from a checkout. */
const optional = ['demo', 'in-your-browser', 'live-search', 'live-rerank'];

/** The links to them, while they are absent: no other dead link is let through. */
export const absentPages = (): string[] =>
  optional.filter((name) => !existsSync(path.join(siteFolder, `${name}.md`))).map((name) => `/${name}`);
