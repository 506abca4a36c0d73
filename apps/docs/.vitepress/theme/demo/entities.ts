import type { Prediction } from '@length-adaptive/models/worker';

type Entity = NonNullable<Prediction['entities']>[number];

/** A stretch of a text: a name, or what stands between two. */
export interface TextPart {
  readonly text: string;
  /** What kind of name it is; undefined of what is none. */
  readonly type?: string;
}

/** A text in parts, its names apart. */
export const partsOf = (text: string, entities: readonly Entity[]): TextPart[] => {
  let at = 0;
  const parts = [...entities]
    .sort((a, b) => a.start - b.start)
    .flatMap(({ start, end, type }): TextPart[] => {
      const before = text.slice(at, start);
      at = end;
      return [{ text: before }, { text: text.slice(start, end), type }];
    });
  return [...parts, { text: text.slice(at) }].filter((part) => part.text !== '');
};

/** How a name is called. */
const named = ({ text, type }: Entity): string => `${text} (${type})`;

const lacking = (all: readonly Entity[], others: readonly Entity[]): string[] =>
  all.filter((one) => !others.some((other) => other.start === one.start && named(other) === named(one))).map(named);

/** What the full length finds otherwise, as a sentence without its end; undefined where it is the same. */
export const otherNames = (own: readonly Entity[], full: readonly Entity[]): string | undefined => {
  const [more, fewer] = [lacking(full, own), lacking(own, full)];
  const said = [
    ...(more.length > 0 ? [`also finds ${more.join(', ')}`] : []),
    ...(fewer.length > 0 ? [`does not find ${fewer.join(', ')}`] : []),
  ];
  return said.length > 0 ? `At full length it ${said.join(' and ')}` : undefined;
};
