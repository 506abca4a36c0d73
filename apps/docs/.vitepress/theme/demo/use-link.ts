import type { Ref } from 'vue';
import { computed, onMounted } from 'vue';
import type { OfferedPoint } from './offered-points.js';
import { nearestStep, startStep } from './offered-points.js';
import { fromFragment, toFragment } from './share-link.js';

/** What a link to a live page has in it. */
interface Linked {
  readonly text: Ref<string>;
  /** Steps down from full length. */
  readonly step: () => number;
  readonly points: Readonly<Ref<readonly OfferedPoint[]>>;
}

/** A link to the text and the budget of a page with one model; a page that is opened by such a link takes both from it. */
export const useLink = (model: string, { text, step, points }: Linked) => {
  /** The budget that a link asked for. */
  let askedCost: number | undefined;
  const link = computed(() => toFragment({ model, text: text.value, cost: points.value[step()]?.cost }));
  /** Where the slider stands at first. */
  const stepOf = (offered: readonly OfferedPoint[]): number =>
    askedCost === undefined ? startStep(offered) : nearestStep(offered, askedCost);
  onMounted(() => {
    const shared = fromFragment(location.hash);
    if (shared?.model !== model) return;
    text.value = shared.text;
    askedCost = shared.cost;
  });
  return { link, stepOf };
};
