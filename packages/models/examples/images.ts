import { useWasm } from '@length-adaptive/core/wasm';
import { load, readImage } from '@length-adaptive/models';

await useWasm();

// Any folder of ViT or DeiT with its preprocessor_config.json. Similar patches become one (Token Merging), which needs no training.
const predictor = await load('models/vit', { reducer: { name: 'tome', likeness: 'keys' } });
const photo = await readImage('cat.jpg'); // or { width, height, data }, such as the ImageData of a canvas
for (const share of [1, 0.8, 0.6]) {
  const { label, score, cost, keptTokens } = await predictor.predict(photo, {
    point: { lengths: predictor.paretoSet[0]?.point.lengths?.map((_, layer) => share ** (layer + 1)) },
  });
  console.log(label, score.toFixed(3), `${cost.toFixed(2)} of the full cost`, `${keptTokens.at(-1)} tokens left`);
}
predictor.dispose();

// A saliency from outside says which patches are major ones, as in CageViT; the others are fused into the likest of these, or leave before the
// encoder begins. Here it is how much neighbouring pixels differ; a small convolutional net says it better.
const { image } = predictor.dimensions;
if (image) {
  const [rows, columns] = [Math.floor(image.height / image.patch), Math.floor(image.width / image.patch)];
  const saliency = Array.from({ length: rows * columns }, () => 0);
  const channels = photo.data.length / (photo.width * photo.height);
  for (let y = 0; y < photo.height - 1; y++)
    for (let x = 0; x < photo.width - 1; x++) {
      const at = (dx: number, dy: number): number => photo.data[((y + dy) * photo.width + x + dx) * channels] ?? 0;
      const patch = Math.floor((y * rows) / photo.height) * columns + Math.floor((x * columns) / photo.width);
      saliency[patch] = (saliency[patch] ?? 0) + Math.hypot(at(1, 0) - at(0, 0), at(0, 1) - at(0, 0));
    }
  const prior = [[...Array.from({ length: image.leading }, () => 0), ...saliency]]; // one number a token
  for (const reducer of [{ name: 'fuse' }, { name: 'prior', leave: 'before' }]) {
    const byPrior = await load('models/vit', { reducer, prior: 'given' });
    const { label, cost } = await byPrior.predict(photo, { prior, point: { lengths: [0.5, 0.5, 0.5] } });
    console.log(label, `${cost.toFixed(2)} of the full cost, major patches chosen from outside (${reducer.name})`);
    byPrior.dispose();
  }
}
