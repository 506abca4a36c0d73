/** A passage of this documentation. */
export interface Passage {
  readonly text: string;
  /** Address of the page that it stands on, from the root of the site. */
  readonly page: string;
  readonly title: string;
}

/** A page as it was written. */
interface WrittenPage {
  readonly file: string;
  readonly text: string;
}

/** Words that a passage has at least and at most. */
const leastWords = 22;
const mostWords = 90;

/** What of Markdown a reader does not see. */
const plain = (markdown: string): string =>
  markdown
    .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/@\[[^\]]*\]/g, 'some')
    .replaceAll(/<[^>]+>/g, '')
    .replaceAll(/[*`_]/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();

/** Paragraphs of prose: no lists, tables, code, headings, parts that are put in, or words that announce one of these. */
const isProse = (block: string): boolean => !block.endsWith(':') && !/^([-*|#<>:]|\d+\. |```|---|@)/.test(block);

const titleOf = (text: string): string => /^# (.+)$/m.exec(text)?.[1] ?? '';

/** The passages of one page, in its order. */
const passagesOn = ({ file, text }: WrittenPage): Passage[] => {
  const title = plain(titleOf(text));
  const page = `/${file.replace(/\.md$/, '').replace(/(^|\/)index$/, '$1')}`;
  return text
    .replace(/^---\n[\s\S]*?\n---\n/, '')
    .replaceAll(/<script[\s\S]*?<\/script>/g, '')
    .replaceAll(/^( *)```[\s\S]*?^\1```/gm, '')
    .split(/\n\s*\n/)
    .map((block) => block.trim())
    .filter(isProse)
    .map((block) => ({ text: plain(block), page, title }))
    .filter((passage) => {
      const words = passage.text.split(' ').length;
      return words >= leastWords && words <= mostWords;
    });
};

/** Passages of pages: so many, spread over all of them, where there are more. */
export const passagesOf = (pages: readonly WrittenPage[], most: number): Passage[] => {
  const all = pages.flatMap(passagesOn);
  const count = Math.min(most, all.length);
  return Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)] as Passage);
};

/** Long passages of pages: neighbours together, until they have so many words. What is left at the end of a page is a shorter one. */
export const joinedPassagesOf = (pages: readonly WrittenPage[], words: number): Passage[] =>
  pages.flatMap((page) =>
    passagesOn(page).reduce<Passage[]>((joined, passage) => {
      const last = joined.at(-1);
      if (last === undefined || last.text.split(' ').length >= words) return [...joined, passage];
      return [...joined.slice(0, -1), { ...last, text: `${last.text} ${passage.text}` }];
    }, []),
  );
