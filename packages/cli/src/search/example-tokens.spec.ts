import type { SearchWork } from './search-work.js';
import { traceExample } from './example-tokens.js';

test('an example is found among more than a call takes arguments', async () => {
  const data = Array.from({ length: 300_000 }, () => ({ input: { ids: [2, 3] } }));
  const work = { data, opened: {} } as unknown as SearchWork;
  await expect(traceExample([], work)).resolves.toBeUndefined();
});
