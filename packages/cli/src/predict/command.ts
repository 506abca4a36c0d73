import { defineCommand } from '../context/command.js';

export const predictCommand = defineCommand({
  name: 'predict',
  summary: 'Predict texts, under a budget',
  argument: { name: '[texts...]', description: 'texts to predict' },
  help: `Prints a line a text: label, confidence, cost (share of the full MACs), tokens kept by the last layer, text.
With --json a JSON object a line. Of several texts, one that cannot be read (empty, too long) has
its error in its place ({"error": {"code": ..., "message": ...}}), the others are predicted, and
the command ends with 3. A model that reads images is given their paths or web addresses.

With --labels the model says of labels that it was never trained on which is true, each read with the
text as a hypothesis of its own; under a budget the text loses tokens and no label does.

Examples:
  lat predict --model runs/sst2/model --budget cost=0.5 'A fine film.'
  lat predict --model runs/squad/model --pair @article.txt 'Who wrote it?'
  lat predict --model runs/nli/model --labels 'sport,politics' 'The match ended in a draw.'
  lat predict --model runs/sst2/model --input reviews.txt --budget latency=20ms --json
  lat predict --model models/vit --budget cost=0.6 cat.jpg`,
  options: async () => (await import('./options.js')).predictOptions,
  run: async (settings, context) => (await import('./predict.js')).predict(settings, context),
});
