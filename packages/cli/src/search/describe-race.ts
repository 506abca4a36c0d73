import { percent } from '../chart/percent.js';
import type { SearchReport } from './search-report.js';

/** What it saved that configurations race; nothing where it saved nothing. */
export const describeRace = ({ raced }: Pick<SearchReport, 'raced'>): string[] =>
  raced === undefined || raced.asked === raced.all
    ? []
    : [
        `Configurations that another clearly beats stopped early: ${raced.asked} passes over an example were made, ${percent(1 - raced.asked / raced.all)} less than ${raced.all}.`,
      ];
