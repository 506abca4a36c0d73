import type { RawImage } from '@length-adaptive/models/tokenizer';

const side = 96;

/** Waves, stripes and squares in several colours and sizes: images to verify an export on when nothing else is given. */
export const sampleImages = (count: number): RawImage[] =>
  Array.from({ length: count }, (_, image) => {
    const data = new Uint8Array(side * side * 3);
    const [slow, fast] = [3 + (image % 5) * 2, 2 + (image % 7)];
    for (let y = 0; y < side; y++)
      for (let x = 0; x < side; x++) {
        const wave = Math.sin(x / slow + image) * Math.cos(y / fast);
        const square = Math.floor(x / (8 + (image % 4) * 5)) + Math.floor(y / (6 + (image % 3) * 7));
        const far = Math.hypot(x - (20 + ((image * 17) % 60)), y - (20 + ((image * 29) % 60))) / side;
        const at = 3 * (y * side + x);
        data[at] = 127 + 120 * wave;
        data[at + 1] = (square + image) % 2 === 0 ? 230 - 90 * far : 30 + 150 * far;
        data[at + 2] = 255 * Math.min(1, far) * (image % 2 === 0 ? 1 : Math.abs(wave));
      }
    return { width: side, height: side, data };
  });
