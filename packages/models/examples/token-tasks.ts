import { useWasm } from '@length-adaptive/core/wasm';
import {
  createPredictor,
  encodeQuestions,
  encodeSentences,
  fineTune,
  openModel,
  questionAnswering,
  readConll,
  readSquad,
  tagsOf,
  tokenClassification,
} from '@length-adaptive/models';

await useWasm();
const lengthDrop = { dropRatioBound: 0.2 };

// Answers in a context: SQuAD's format, read in windows that overlap.
const reader = await openModel('models/pretrained', { task: questionAnswering() });
const questions = encodeQuestions(reader.tokenizer, await readSquad('questions.json'));
await fineTune(reader.model, { train: questions }, { epochs: 2 });
await fineTune(reader.model, { train: questions }, { epochs: 1, lengthDrop });

const [answer] = await createPredictor(reader).predict([['what is it', 'the phone works and it is great']], {
  point: { lengths: [0.8, 0.7, 0.6] },
});
console.log(answer?.label, answer?.answers?.[0]?.start, answer?.keptTokens);

// Entities in a sentence: CoNLL columns, a tag for the first token of each word.
const sentences = await readConll('sentences.conll');
const tagger = await openModel('models/pretrained', { task: tokenClassification(tagsOf(sentences)) });
const tagged = encodeSentences(tagger.tokenizer, tagger.model.task, sentences);
await fineTune(tagger.model, { train: tagged }, { epochs: 2 });
await fineTune(tagger.model, { train: tagged }, { epochs: 1, lengthDrop });

const [named] = await createPredictor(tagger).predict(['the case is awful'], { point: { lengths: [0.8, 0.7, 0.6] } });
console.log(named?.entities, named?.keptTokens);
