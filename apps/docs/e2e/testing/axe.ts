import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';

const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly target: unknown }[];
}

/** What axe objects to on a page, by WCAG 2.1 A and AA. */
export const violations = async (page: Page): Promise<string[]> => {
  await page.addScriptTag({ content: axe });
  const found = await page.evaluate(async () => {
    const { run } = (
      globalThis as unknown as { axe: { run(context: unknown, options: unknown): Promise<{ violations: unknown[] }> } }
    ).axe;
    const rules = { 'label-content-name-mismatch': { enabled: false } }; // experimental; the search button of VitePress shows its key beside its name
    return (await run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'], rules })).violations;
  });
  return (found as Violation[]).map(
    ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ target }) => JSON.stringify(target)).join(' ')}`,
  );
};
