/** A model whose configurations have bits of their own, in real threads of a real process, over sockets. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer } from './testing/start-server.js';
import { textOf, writeBitsModel } from './testing/tiny-models.js';

const folder = mkdtempSync(join(tmpdir(), 'length-adaptive-server-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('points in 8 bits are timed when the model opens, and run where they are asked for or fit', async () => {
  await writeBitsModel(folder);
  const server = await startServer([folder, '--engine', 'onnx']);
  try {
    const answers = await Promise.all(
      ['1,1,1;bits=8', '1,1,1'].map((config) =>
        server.post('/v1/classify', { text: textOf(40), length_config: config }),
      ),
    );
    const [eight, whole] = answers.map(({ status, body }) => {
      expect(status).toBe(200);
      return (body['probabilities'] as Record<string, number>)['good'] ?? Number.NaN;
    }) as [number, number];
    expect(eight).not.toBe(whole);
    expect(Math.abs(eight - whole)).toBeLessThan(0.05);
    const { body } = await server.post('/v1/classify', { text: textOf(40), budget_latency_ms: 10_000 });
    expect(body).toMatchObject({ length_config: '1,1,1', expected_score: 0.9 });
    const cheaper = await server.post('/v1/classify', { text: textOf(40), budget_cost: 0.8 });
    expect(cheaper.body).toMatchObject({ length_config: '0.8,0.6,0.5;bits=8' });
  } finally {
    await server.process.end('SIGTERM');
  }
});
