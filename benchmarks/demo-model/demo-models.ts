/** The models of the live demo: whose recipe each comes from, how it is compressed, and what its folder says of it. */
import type { Flags, Recipe } from '../accuracy/recipe.js';
import { squadRecipe } from '../accuracy/squad-recipe.js';
import { sst2Recipe } from '../accuracy/sst2-recipe.js';
import { taggingRecipe } from '../accuracy/tagging-recipe.js';

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
  /** The share that each layer keeps of what enters it, one point each, the full length last, in the place of a search. */
  readonly keeps?: readonly number[];
  /** Flags of `lat compress` besides those of every demo model. */
  readonly flags?: Flags;
  /** Names of the labels, where the data set numbers them. */
  readonly labels?: readonly string[];
  /** How it was trained for fewer tokens, for the rows. Default: with LengthDrop. */
  readonly trained?: string;
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
  {
    id: 'tagging',
    recipe: taggingRecipe,
    needs: 'wnut17',
    keeps: [0.75, 0.8, 0.85, 0.9, 0.95, 1],
    flags: { ...taggingRecipe.data, limit: 600, seed: 42 },
    trained: 'trained beside its task to know which tokens it may skim',
    dataSet: 'WNUT-17',
    example: 'test sentences',
    card: {
      title: 'Names in short English texts',
      metric: 'entity F1',
      answers: 'finds persons, places,\ncorporations, groups, products and creative works',
      purpose:
        'It is for English as it is written in posts and comments, where new names are hard to tell. Tokens that left answer `O`, as most tokens do.',
      scoredOn: (examples) =>
        `a random ${examples} of the 1,287 sentences of the WNUT-17 test set, which training did not see`,
      data: '[WNUT-17](https://noisy-text.github.io/2017/emerging-rare-entities.html) (Derczynski et al. 2017, CC BY 4.0), 3,394 training sentences',
    },
  },
];
