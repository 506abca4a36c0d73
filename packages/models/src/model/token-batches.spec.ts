import fc from 'fast-check';
import { tokenBatches } from './token-batches.js';

const inputs = fc
  .array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 60 })
  .map((lengths) => lengths.map((n) => ({ ids: new Int32Array(n) })));

test('token batches hold every input once and no more than their tokens', () => {
  fc.assert(
    fc.property(inputs, fc.integer({ min: 1, max: 200 }), (rows, limit) => {
      const batches = tokenBatches(rows, limit);
      expect(batches.flat().sort((a, b) => a - b)).toEqual(rows.map((_, i) => i));
      for (const batch of batches) {
        const width = Math.max(...batch.map((row) => rows[row]?.ids.length ?? 0));
        expect(batch.length === 1 || batch.length * width <= limit).toBe(true);
      }
    }),
  );
});
