/** Budgets of cost: whether any answer costs more than was asked for. */
import { createRandom } from '@length-adaptive/core';
import type { Client } from './load.js';

/** What became of requests that each had a budget. */
export interface BudgetOutcome {
  readonly requests: number;
  /** Answers that cost more than their budget. */
  readonly exceeded: number;
  /** Requests for which nothing was within the budget. */
  readonly refused: number;
}

/** Slack of costs as numbers are written. */
const slack = 1e-9;

/**
 * One request after another, each of one text with a random `budget_cost`, half of the texts of at most six words.
 *
 * @param wordsOf a text of so many words
 */
export const askBudgets = async (
  { send }: Client,
  wordsOf: (count: number, i: number) => string,
  requests = 500,
): Promise<BudgetOutcome> => {
  const random = createRandom(1);
  let exceeded = 0;
  let refused = 0;
  for (let i = 0; i < requests; i++) {
    const budget = 0.2 + 0.8 * random.uniform();
    const words = 1 + Math.floor(random.uniform() * (i % 2 === 0 ? 6 : 120));
    const { status, body } = await send({ text: wordsOf(words, i), budget_cost: budget, truncate: true });
    const answer = JSON.parse(body) as { readonly cost: number; readonly code?: string };
    if (status === 200) exceeded += Number(answer.cost > budget + slack);
    else if (answer.code === 'BUDGET_INFEASIBLE') refused += 1;
    else throw new Error(`a request with a budget was answered ${status}: ${body}`);
  }
  return { requests, exceeded, refused };
};
