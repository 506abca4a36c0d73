import type { LengthAdaptiveFile } from '@length-adaptive/models';
import type { ScoreScale } from './service.js';

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const number = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;

/** Fields that are known. */
const present = <Values extends Readonly<Record<string, unknown>>>(
  values: Values,
): { [Key in keyof Values]?: Exclude<Values[Key], undefined> } =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Values]?: Exclude<Values[Key], undefined>;
  };

/** What the scores of a model are, as its search wrote it down; undefined where it was never searched. */
export const scoreScaleOf = ({ search }: Pick<LengthAdaptiveFile, 'search'> = {}): ScoreScale | undefined => {
  if (!search) return undefined;
  const heldOut = fieldsOf(search['heldOut']);
  const full = fieldsOf(search['full']);
  return {
    ...present({ metric: search.metric, split: search.split }),
    ...(search['heldOut'] !== undefined && {
      heldOut: present({ metric: text(heldOut['metric']), split: text(heldOut['split']) }),
    }),
    ...(search['full'] !== undefined && {
      full: present({ score: number(full['score']), heldOutScore: number(full['heldOutScore']) }),
    }),
  };
};
