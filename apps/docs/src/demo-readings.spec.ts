import { readFileSync } from 'node:fs';
import { startBackend } from '@length-adaptive/core/backend';
import { demoModels } from '../.vitepress/theme/demo/demo-models.js';
import { recordReading } from './reading-of-example.js';
import { recordedFile } from './recorded.js';

const recorded = JSON.parse(readFileSync(recordedFile('demo-readings'), 'utf8')) as Record<string, unknown>;

beforeAll(() => startBackend({ backends: ['wasm'] }));

test('the page shows a recorded answer of every model', () => {
  expect(Object.keys(recorded)).toEqual(demoModels.map(({ id }) => id));
});

/** Numbers are those of another machine. */
const rounded = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (_, part: unknown) => (typeof part === 'number' ? Number(part.toFixed(3)) : part));

test.each(demoModels.map((model) => [model.id, model] as const))(
  '%s: what was recorded is what the model makes of its first example',
  async (id, model) => {
    const reading = await recordReading(model);
    expect(rounded(recorded[id])).toEqual(rounded(reading));
    expect(reading.prediction.cost).toBeLessThan(0.8);
    expect(reading.full?.label).toBe(reading.prediction.label);
    expect(reading.prediction.tokens).toBeGreaterThan(100);
  },
);
