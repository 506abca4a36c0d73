import type { Losses } from './offered-points.js';

/** What a reader may begin with. */
export interface DemoExample {
  readonly name: string;
  readonly text: string;
  /** Question answering: what is asked of the text. */
  readonly question?: string;
}

/** A model that the site serves from `public/models/<id>`. */
export interface DemoModel {
  readonly id: string;
  readonly title: string;
  /** What the held-out scores of its Pareto set are. */
  readonly scoreName: string;
  readonly losses: Losses;
  /** The same in words. */
  readonly loss: string;
  readonly asks: boolean;
  /** What it is for, and what it is not, for its reader. */
  readonly purpose: string;
  readonly examples: readonly DemoExample[];
}

const filmReview =
  'I went in expecting very little, since the poster looked cheap and the first ten minutes are slow. The sound is uneven, one of the ' +
  'brothers cannot act, and a chase through the harbour goes on for far too long. And yet somewhere in the second act the film finds its ' +
  'feet: the jokes land, the music stops explaining every feeling, and the two old friends at its centre begin to talk like people who have ' +
  'known each other for forty years. By the end I had forgiven everything. It is a small, warm, clumsy and wonderful picture, and I left the ' +
  'cinema smiling.';

const harbour =
  'The old harbour of Port Ellery was built in 1841 by the engineer Margaret Holloway, after two storms had broken the wooden pier. Its stone ' +
  'came from a quarry eleven miles inland and was carried on a narrow railway that the town later used for coal. When the deep-water dock ' +
  'opened in 1923, most ships moved there, and the harbour was left to fishing boats. Today it holds about sixty of them, a school of sailing, ' +
  'and a museum in the former customs house that is open from April to October.';

const weekend =
  'Just got back from London with Sarah Connor and her brother Mike, and what a weekend! We flew with Ryanair from Dublin, which was fine, and ' +
  'stayed two nights near Camden. On Saturday Mike dragged us to see the new Star Wars film in Leicester Square, then we ran into Tom Hardy ' +
  'outside a shop and nobody believed us, not even my mum. I dropped my phone in the rain, so on Sunday we had to find somebody to fix it, and ' +
  'a very patient guy called David did it for free. We missed the train to Manchester, of course. Next time I would rather go to Paris, or just ' +
  'stay at home with Netflix and a pizza.';

const withinPoints =
  'Offered are the lengths that lose at most 3 points on texts that neither training nor search has seen; recommended is the cheapest that loses at most 1.';

export const demoModels: readonly DemoModel[] = [
  {
    id: 'sentiment',
    title: 'Sentiment',
    scoreName: 'accuracy on SST-2',
    losses: { offered: 0.03, recommended: 0.01 },
    loss: withinPoints,
    asks: false,
    purpose:
      'For English sentences about films, from whose reviews it learned. Of other subjects it guesses, and it is easily misled by irony and negation.',
    examples: [
      { name: 'A review with a turn', text: filmReview },
      {
        name: 'A line of praise',
        text: 'A warm, funny and quietly moving film about two people who refuse to grow up.',
      },
      {
        name: 'A line of blame',
        text: 'The jokes are tired, the plot goes nowhere and the ending feels like an insult.',
      },
      { name: 'A line that flips', text: 'There is a great film in here somewhere, and this is not it.' },
    ],
  },
  {
    id: 'question-answering',
    title: 'Question answering',
    scoreName: 'F1 on SQuAD 1.1',
    losses: { offered: 0.03, recommended: 0.01 },
    loss: withinPoints,
    asks: true,
    purpose:
      'For English questions whose answer stands in the English text, as in the encyclopedia articles that it learned from. It always answers, also where the text does not.',
    examples: [
      { name: 'Who', question: 'Who built the old harbour of Port Ellery?', text: harbour },
      { name: 'When', question: 'When did the deep-water dock open?', text: harbour },
      { name: 'Where', question: 'Where is the museum?', text: harbour },
    ],
  },
  {
    id: 'tagging',
    title: 'Names',
    scoreName: 'F1 on WNUT-17',
    losses: { offered: 0.03, recommended: 0.01 },
    loss: withinPoints,
    asks: false,
    purpose:
      'For English as people write it in posts: it marks persons, places, corporations, groups, products and creative works. New names are hard to tell, and it misses many. Which tokens matter it has learned beside its task; those that leave are taken for no names.',
    examples: [
      { name: 'A weekend', text: weekend },
      {
        name: 'A concert',
        text: 'Cannot believe I saw Taylor Swift in London last night, thank you Emma for the tickets!',
      },
      { name: 'An evening that flips', text: 'Watching Game of Thrones with David in New York tonight' },
    ],
  },
];
