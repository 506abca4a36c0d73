/** What an export is verified on when nothing else is given: short and long, plain and odd. */
export const sampleTexts: readonly string[] = [
  'Good.',
  'The battery lasts two days, and the case survived three falls.',
  'I returned it after a week: the screen flickered, the charger got hot, and nobody answered my mails.',
  'Prices rose by 3.2 % in March (2.9 % in February), said the statistics office.',
  'Which river flows through both Vienna and Budapest before it reaches the Black Sea?',
  'Déjà vu in Zürich: the café on the corner still serves the same soup, at twice the price.',
  'She opened the letter, read it twice, folded it along its old creases and put it back where nobody would think of looking for it; ' +
    'then she went out into the garden, where the children were still arguing about the rules of a game that none of them had ever won.',
  'To install the package, run the command below, wait until it has finished, and restart the server; if the log says that the port is in ' +
    'use, stop the other process first or choose another port in the configuration file, which stands beside the program and is read anew at every start.',
];

/** The same texts, and their sentences and clauses each by itself: more answers to compare, most of them cheap. */
export const sampleClauses: readonly string[] = [
  ...new Set(sampleTexts.flatMap((text) => [text, ...text.split(/(?<=[.:;,?!]) /)])),
];

/** For models that read a question and a context, some of which rank tokens by the question: its words stand in the context often, once, or not at all. */
export const sampleQuestions: readonly (readonly [question: string, context: string])[] = [
  ['How long does the battery last?', 'The battery lasts two days, and the case survived three falls.'],
  [
    'What flickered?',
    'I returned it after a week: the screen flickered, the charger got hot, and nobody answered my mails.',
  ],
  [
    'By how much did prices rise in March?',
    'Prices rose by 3.2 % in March (2.9 % in February), said the statistics office. In April, prices did not rise.',
  ],
  ['Who argued?', 'Which river flows through both Vienna and Budapest before it reaches the Black Sea?'],
  [
    'What does one have to do when the log says that the port is in use?',
    'To install the package, run the command below, wait until it has finished, and restart the server; if the log says that the port is in ' +
      'use, stop the other process first or choose another port in the configuration file, which stands beside the program and is read anew at every start.',
  ],
];

/** The same questions, each asked of every context. */
export const sampleCrossQuestions: readonly (readonly [question: string, context: string])[] = sampleQuestions.flatMap(
  ([question]) => sampleQuestions.map(([, context]) => [question, context] as const),
);
