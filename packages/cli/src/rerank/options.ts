import { engineOptions, lengthOptions, modelOptions, rankingOptions } from '../context/common.js';
import { choice, flag, number, text } from '../context/option.js';
import type { Settings } from '../context/option.js';

export const rerankOptions = {
  model: text('DIR', 'model to run: a cross-encoder, or a classifier of pairs with --label'),
  ...modelOptions,
  query: text('TEXT', 'what documents are searched for'),
  documents: text(
    'FILE',
    'documents of the query, a line each (.jsonl, or a list in .json: {"text": ...}); - reads stdin',
  ),
  candidates: text('FILE', 'many queries: .jsonl lines of {"query": ..., "documents": [...]}, in place of --query'),
  topK: number('N', 'most documents to give (default: all)', { integer: true, min: 1, fallback: undefined }),
  deadline: number('MS', 'milliseconds in which each query is answered, with what was scored best until then', {
    min: 0.001,
    fallback: undefined,
  }),
  keep: number('N', 'score the best N again at the full length, after all were scored at --length-config', {
    integer: true,
    min: 0,
    fallback: undefined,
  }),
  ...lengthOptions,
  ...rankingOptions,
  label: text('NAME', 'the label that a relevant document has, for a classifier'),
  scale: choice(['sigmoid', 'raw'], 'what becomes of the one logit (default: what the model says)', undefined),
  maxLength: number(
    'N',
    'tokens of a query with its document; longer documents are read in windows (default: the positions of the model)',
    {
      integer: true,
      min: 4,
      fallback: undefined,
    },
  ),
  stride: number(
    'N',
    'tokens that neighbouring windows of a document share (default: a third of a window, at most 128)',
    {
      integer: true,
      min: 0,
      fallback: undefined,
    },
  ),
  ordered: flag(
    'documents come in the order of a first search, which counts, too, where they are not read at the full length (default: as the cascades of the model were searched)',
  ),
  searchCascades: flag(
    'find the cascades worth running on --candidates, without labels, and keep them in the model folder',
  ),
  out: text('DIR', 'also write config.json, versions.json and result.json here'),
  ...engineOptions,
} as const;

/** Settings of `rerank`. */
export type RerankSettings = Settings<typeof rerankOptions>;
