import * as ort from 'onnxruntime-node';

/** Runs a model on float32 vectors and gives its results as numbers. */
export const runGraph = async (
  bytes: Uint8Array,
  feeds: Readonly<Record<string, readonly number[]>>,
): Promise<Record<string, number[]>> => {
  const session = await ort.InferenceSession.create(bytes);
  try {
    const tensors = Object.entries(feeds).map(
      ([name, values]) => [name, new ort.Tensor('float32', Float32Array.from(values), [values.length])] as const,
    );
    const results = await session.run(Object.fromEntries(tensors));
    return Object.fromEntries(
      Object.entries(results).map(([name, { data }]) => [name, Array.from(data as ArrayLike<number | bigint>, Number)]),
    );
  } finally {
    await session.release();
  }
};
