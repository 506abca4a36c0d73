/** The comparisons of `packages/models` with its reference numbers, on WebGPU in Chromium; in Node they run there. */
import type { Browser, Page } from 'playwright-core';
import { launchChromium, webGpuFlags } from '@length-adaptive/tools/testing/chromium';
import { programMissing } from '@length-adaptive/tools/testing/program-missing';
import { openWebGpuPage } from './chromium-page.js';

/** What the page's entry exports, as far as it is called here. */
declare const page: {
  readonly goldenGroups: Readonly<Record<string, readonly string[]>>;
  readonly failuresOf: (comparisons: readonly unknown[]) => readonly unknown[];
  readonly openGolden: (
    family: string,
    read: (file: string) => Promise<Uint8Array>,
  ) => Promise<{ compare(group: string): Promise<readonly unknown[]>; dispose(): void }>;
};

const groups = [
  'full length: hidden states, logits, significance',
  'dropped: hidden states restored to input order, logits, significance, kept positions',
  'dropped: where an answer starts and ends',
  'a padded batch at full length',
  'rows of different lengths in one batch get what each gets alone',
  'LayerDrop: only the named layers run',
  'soft-extract: tokens fade',
  'one sandwich step: losses and the gradient of every parameter',
  'merging: matches, sizes, order, merged and un-merged states',
];
/** Of families without references of merging. */
const plainGroups = groups.filter((group) => !group.startsWith('merging'));
/** Of families that read images: as many tokens as always, so that nothing is padded. */
const imageGroups = [
  'full length: hidden states, logits, significance',
  'dropped: hidden states restored to input order, logits, significance, kept positions',
  'LayerDrop: only the named layers run',
  'one sandwich step: losses and the gradient of every parameter',
  'merging of patches: matches, sizes, order, merged and un-merged states',
];
/** Of CLIP's texts: their merging has references of its own. */
const clipTextGroups = [
  ...plainGroups.filter((group) => !group.includes('answer')),
  'merging by keys: matches, sizes, order, merged and un-merged states',
  'vectors of texts',
];
/** Of an encoder that makes one of several tokens. */
const funnelGroups = [
  ...plainGroups.filter((group) => !group.startsWith('soft-extract')),
  'short inputs, alone and in a batch',
];
const groupsOf: Readonly<Record<string, readonly string[]>> = {
  bert: groups,
  distilbert: plainGroups.filter((group) => !group.includes('answer')),
  roberta: plainGroups,
  mpnet: plainGroups,
  electra: plainGroups,
  albert: plainGroups,
  modernbert: plainGroups.filter((group) => !group.includes('answer')),
  'deberta-v2': plainGroups,
  funnel: funnelGroups.filter((group) => !group.includes('answer')), // it has no head for them
  funnel_decoder: funnelGroups,
  nomic_bert: plainGroups,
  new: plainGroups,
  mobilebert: plainGroups,
  vit: imageGroups,
  deit: imageGroups,
  clip: imageGroups.filter((group) => !group.includes('gradient')), // nothing is trained by its vectors here
  clip_text_model: clipTextGroups,
};

const missing = programMissing('chromium');

(missing ? describe.skip : describe)(
  `the golden numbers on WebGPU in Chromium${missing ? ` (${missing})` : ''}`,
  () => {
    let browser: Browser;
    let opened: Page;

    beforeAll(async () => {
      browser = await launchChromium({ flags: webGpuFlags });
      opened = await openWebGpuPage(browser, {
        entry: 'models/src/testing/golden-page.ts',
        files: 'models/fixtures/golden',
      });
    });
    afterAll(() => browser?.close());

    test('everything that Node compares is compared here', async () => {
      expect(await opened.evaluate(() => page.goldenGroups)).toEqual(groupsOf);
    });

    describe.each(Object.keys(groupsOf))('%s', (family) => {
      test.each(groupsOf[family] ?? [])('%s', async (group) => {
        const { count, failures } = await opened.evaluate(
          async (given) => {
            const read = async (file: string): Promise<Uint8Array> =>
              new Uint8Array(await (await fetch(`/files/${file}`)).arrayBuffer());
            const golden = await page.openGolden(given.family, read);
            const comparisons = await golden.compare(given.group);
            golden.dispose();
            return { count: comparisons.length, failures: page.failuresOf(comparisons) };
          },
          { family, group },
        );
        expect(count).toBeGreaterThan(0);
        expect(failures).toEqual([]);
      });
    });
  },
);
