/** The models of the live demo: whose recipe each comes from, how it is compressed, and what its folder says of it. */
import type { Flags, Recipe } from '../accuracy/recipe.js';
import { squadRecipe } from '../accuracy/squad-recipe.js';
import { sst2Recipe } from '../accuracy/sst2-recipe.js';

/** Tokens of a demo model's vocabulary: as many as let its weights stay below 16 MB. */
export const vocabulary = 12_000;

export interface DemoModel {
  /** Its folder in `apps/docs/public/models`, and the second word of its rows. */
  readonly id: string;
  /** What trains and searches it; the metric of its scores. */
  readonly recipe: Recipe;
  /** The folder of its data set. */
  readonly needs: string;
  /** What is added to attention. Default: what the model says, after the search that is kept in its own folder. */
  readonly prior?: string | undefined;
  /** Flags of `lat compress` besides those of every demo model. */
  readonly flags?: Flags;
  /** Names of the labels, where the data set numbers them. */
  readonly labels?: readonly string[];
  /** What it was trained on, for the rows. */
  readonly dataSet: string;
  /** What one example is, for the rows. */
  readonly example: string;
  readonly card: DemoCard;
}

/** What the README of a folder says that no figure tells. */
export interface DemoCard {
  readonly title: string;
  /** How the metric is called. */
  readonly metric: string;
  /** What it answers, after "It". */
  readonly answers: string;
  /** What it is for, and what it is not. */
  readonly purpose: string;
  /** What the scores are those of. */
  readonly scoredOn: (examples: number) => string;
  /** The data set, its source and licence. */
  readonly data: string;
}

export const demoModels: readonly DemoModel[] = [
  {
    id: 'sentiment',
    recipe: sst2Recipe,
    needs: 'sst2',
    labels: ['negative', 'positive'],
    dataSet: 'SST-2',
    example: 'dev sentences',
    card: {
      title: 'Sentiment of short English sentences',
      metric: 'accuracy',
      answers: 'answers negative\nor positive',
      purpose:
        'It is for English sentences about films. Of other subjects it guesses, and irony and negation mislead it: `npm run bench -- flips` has 48 such sentences.',
      scoredOn: (examples) =>
        `the ${examples} sentences of the SST-2 dev set, which neither training nor search saw; a point is 9 sentences`,
      data: 'SST-2 (Socher et al. 2013, as GLUE splits it), 30,000 training phrases',
    },
  },
  {
    id: 'question-answering',
    recipe: squadRecipe,
    needs: 'squad11',
    prior: squadRecipe.priors?.[0],
    flags: { ...squadRecipe.data, limit: 300, seed: 42 },
    dataSet: 'SQuAD 1.1',
    example: 'dev questions',
    card: {
      title: 'Answers to questions about an English text',
      metric: 'F1',
      answers: 'answers with\nwords of the text',
      purpose:
        'It is for English questions whose answer stands in the English text, and always answers, also where the text does not.',
      scoredOn: (examples) =>
        `a random ${examples} of the 10,570 questions of the SQuAD 1.1 dev set, which neither training nor search saw; a point is 3 questions`,
      data: '[SQuAD 1.1](https://rajpurkar.github.io/SQuAD-explorer/) (Rajpurkar et al. 2016, CC BY-SA 4.0), 11,677 training questions, 3,000 of them for LengthDrop',
    },
  },
];
