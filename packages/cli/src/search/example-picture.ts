import { escapeMarkup } from '@length-adaptive/search/svg';
import { percent } from '../chart/percent.js';
import { formatRow } from '../picture/kept-rows.js';
import { keptRows, mergedRows } from '../picture/token-picture.js';
import type { ReportedExample } from './example-tokens.js';

/** One searched text at points of the Pareto set, as HTML: a row a layer, tokens that left are struck out, and those that became one stand below. */
export const examplePicture = ({ tokens, points }: ReportedExample): string => {
  const escaped = tokens.map(({ shown, spaced }) => ({ shown: escapeMarkup(shown), spaced }));
  const all = [...tokens.keys()];
  const pictures = points.map(({ number, cost, point, ...traced }) => {
    const rows = keptRows({ tokens: escaped, ...traced }).map(
      ({ name, kept }) =>
        `<tr><th>${name}</th><td>${kept.size}</td><td>${formatRow(escaped, all, kept, (token) => `<s>${token}</s>`)}</td></tr>`,
    );
    const merged = mergedRows({ tokens: escaped, ...traced }).map(
      ({ name, groups }) =>
        `<dt>${name}</dt><dd>${groups.map((words) => `<span class="one">${words}</span>`).join(' ')}</dd>`,
    );
    return `<h3>Number ${number}, ${percent(cost)} of the MACs</h3>
<p class="ratios">${escapeMarkup(point)}</p>
<div class="scroll tokens" tabindex="0"><table><tbody>
${rows.join('\n')}
</tbody></table></div>${merged.length === 0 ? '' : `\n<p class="told">Became one:</p>\n<dl class="merged">${merged.join('\n')}</dl>`}`;
  });
  return `<h2>What becomes of the tokens</h2>
<p class="told">One of the texts that were searched on. What a layer lets go is struck out from there on.</p>
${pictures.join('\n')}
`;
};
