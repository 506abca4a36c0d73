import { appStarter } from '../testing/start-app.js';

const start = appStarter();

test('a line of JSON for every request, and never a word of a user', async () => {
  const lines: string[] = [];
  const { post, get, service } = await start([{}], {
    logLevel: 'trace',
    logStream: { write: (line: string) => lines.push(line) > 0 },
    apiKeys: ['secret-key'],
  });
  const headers = { authorization: 'Bearer secret-key', 'x-request-id': 'mine' };
  await post('/v1/classify', { text: 'a secret' }, headers);
  await post('/v1/classify', { text: 'a', secret: 'secret' }, headers);
  await post('/v1/classify', '{"text": "secret', headers);
  await post('/v1/classify', { text: 'a', model: 'secret' }, headers);
  await post('/v1/classify', { text: 'a', length_config: 'secret' }, headers);
  await post(
    '/v2/models/secret/infer',
    { inputs: [{ name: 'secret', shape: [1], datatype: 'BYTES', data: ['secret'] }] },
    headers,
  );
  await post('/predict', { inputs: { secret: 'secret' } }, headers);
  await post('/v1/classify', { text: 'secret' }, { authorization: 'Bearer secret-kez' });
  await get('/secret?q=secret', headers);
  await get('/v2/models/%zzsecret', headers);
  service.fail(new TypeError('secret'));
  await post('/v1/classify', { text: 'a secret' }, headers);
  const log = lines.join('');
  expect(log).not.toContain('secret');
  expect(log).toContain('a fault of the program');
  const [first] = lines
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ msg }) => msg === 'request');
  expect(first).toMatchObject({
    reqId: 'mine',
    method: 'POST',
    route: '/v1/classify',
    code: 'OK',
    status: 200,
    model: 'reviews/1',
    texts: 1,
    tokens: 4,
    cost: 0.6,
    degraded: false,
    ms: expect.any(Number),
  });
});
