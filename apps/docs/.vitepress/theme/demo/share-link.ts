/** What a link to the demo says. */
export interface Shared {
  readonly model: string;
  readonly text: string;
  /** Of a model that is asked. */
  readonly question?: string | undefined;
  /** Share of the full cost. */
  readonly cost?: number | undefined;
}

/** The longest text that a link carries: browsers and chats cut addresses that are much longer. */
export const mostShared = 4000;

/** The fragment of a link, `#` included: it never reaches a server. */
export const toFragment = ({ model, text, question, cost }: Shared): string => {
  const said = new URLSearchParams({ model, text: text.slice(0, mostShared) });
  if (question !== undefined) said.set('question', question.slice(0, mostShared));
  if (cost !== undefined) said.set('cost', cost.toFixed(3));
  return `#${said.toString()}`;
};

/** What a fragment says; undefined of one that is no such link. */
export const fromFragment = (fragment: string): Shared | undefined => {
  const said = new URLSearchParams(fragment.replace(/^#/, ''));
  const [model, text] = [said.get('model'), said.get('text')];
  if (model === null || text === null) return undefined;
  const cost = Number(said.get('cost') ?? NaN);
  return {
    model,
    text: text.slice(0, mostShared),
    question: said.get('question')?.slice(0, mostShared),
    cost: cost > 0 && cost <= 1 ? cost : undefined,
  };
};
