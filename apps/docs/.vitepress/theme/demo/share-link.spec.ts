import fc from 'fast-check';
import { fromFragment, mostShared, toFragment } from './share-link.js';

test('a link says again what it was made of, whatever the text', () => {
  const texts = fc.string({ unit: 'grapheme', maxLength: 60 });
  fc.assert(
    fc.property(
      texts,
      fc.option(texts, { nil: undefined }),
      fc.integer({ min: 1, max: 1000 }),
      (text, question, thousandths) => {
        const shared = { model: 'sentiment', text, question, cost: thousandths / 1000 };
        const fragment = toFragment(shared);
        expect(fragment).toMatch(/^#[\w.*+&=%-]*$/);
        expect(fromFragment(fragment)).toEqual(shared);
      },
    ),
  );
});

test('other fragments are no links; a cost that is none is left out, a text that is too long cut', () => {
  for (const fragment of ['', '#', '#what-you-see', '#model=sentiment', '#text=film'])
    expect(fromFragment(fragment)).toBeUndefined();
  for (const cost of ['0', '-1', '1.5', 'half', ''])
    expect(fromFragment(`#model=a&text=b&cost=${cost}`)?.cost).toBeUndefined();
  expect(fromFragment(`#model=a&text=${'b'.repeat(mostShared + 5)}`)?.text).toHaveLength(mostShared);
  expect(fromFragment(toFragment({ model: 'a', text: 'b'.repeat(mostShared + 5) }))?.text).toHaveLength(mostShared);
});
