/** Texts a second of an index, tokenizer included: ours at half of the MACs beside transformers.js, as people call it and as its experts do. */
import type { Predictor } from '@length-adaptive/models';
import { loadOnnx } from '@length-adaptive/onnx';
import type { Row } from '../harness.js';
import { compareInTurn, formatSpread, ratio, spread } from '../harness.js';
import { installPeers, openTransformers } from '../onnx/peers.js';
import { halfPoint } from './fidelity-rows.js';
import { maxLength, miniLm, reducer } from './recipe.js';

const threads = Number(process.env['BENCH_THREADS'] ?? 1);
const textCount = Number(process.env['BENCH_TEXTS'] ?? 128);
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 5);

const peers = { fp32: 'fp32', int8: 'q8' } as const;
const expertBatch = 8;

type Extract = (texts: readonly string[]) => Promise<unknown>;

/** One padded batch of all texts; sorted by length, eight together. */
const waysOf = (extract: Extract) => ({
  naive: (texts: readonly string[]): Promise<unknown> => extract(texts),
  sorted: async (texts: readonly string[]): Promise<void> => {
    const order = [...texts].sort((a, b) => a.length - b.length);
    for (let start = 0; start < order.length; start += expertBatch)
      await extract(order.slice(start, start + expertBatch));
  },
});

const rowsOf = async (texts: readonly string[], precision: keyof typeof peers): Promise<Row[]> => {
  const ours: Predictor = await loadOnnx(miniLm.source(), { precision, threads, reducer, embedding: { maxLength } });
  const theirs = await openTransformers('all-MiniLM-L6-v2', {
    dtype: peers[precision],
    threads,
    maxTokens: maxLength,
  });
  try {
    const point = await halfPoint(ours, texts);
    const { naive, sorted } = waysOf((some) => theirs(some, { pooling: 'mean' }));
    const times = await compareInTurn(
      {
        full: () => ours.embed(texts),
        half: () => ours.embed(texts, { point }),
        naive: () => naive(texts),
        sorted: () => sorted(texts),
      },
      { rounds, warmup: 1 },
    );
    const speed = (milliseconds: readonly number[]): string =>
      `${((1000 * texts.length) / spread(milliseconds).p50).toFixed(1)} texts a second`;
    return (['naive', 'sorted'] as const).map((way) => {
      const gain = ratio(times[way], times.half);
      return {
        id: `embeddings.vs_transformersjs.${way}.${precision}`,
        value: gain.p50,
        unit: 'times as many texts a second',
        note: `${formatSpread(gain)}, in turn; ours at half the MACs (${reducer}) ${speed(times.half)}, at full length ${speed(times.full)}; transformers.js ${way === 'naive' ? 'with all texts in one batch' : `sorted, ${expertBatch} a batch`} ${speed(times[way])}; ${texts.length} documents of SciFact, at most ${maxLength} tokens, ${threads} thread${threads > 1 ? 's' : ''}`,
      };
    });
  } finally {
    ours.dispose();
    await theirs.dispose();
  }
};

export const throughputRows = async (documents: readonly string[]): Promise<Row[]> => {
  installPeers();
  const step = Math.max(1, Math.floor(documents.length / textCount));
  const texts = documents.filter((_, i) => i % step === 0).slice(0, textCount);
  return [...(await rowsOf(texts, 'fp32')), ...(await rowsOf(texts, 'int8'))];
};
