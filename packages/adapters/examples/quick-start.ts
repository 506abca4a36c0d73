import { createDocumentCompressor, createEmbeddings } from '@length-adaptive/adapters/langchain';
import { createReranker } from '@length-adaptive/models/predict';
import { loadOnnx, openOnnx } from '@length-adaptive/onnx';

const embedder = await loadOnnx('models/embedder');
const reranker = createReranker(await openOnnx('models/reranker'));
const embeddings = createEmbeddings(embedder, { budget: { cost: 0.5 } }); // documents at half the work, queries whole
const compressor = createDocumentCompressor(reranker, { topN: 2, deadlineMs: 500 });

const texts = ['The cat sleeps.', 'Rates were raised again.', 'Bread needs a hot oven.'];
const rows = await embeddings.embedDocuments(texts);
const query = await embeddings.embedQuery('monetary policy');
const near = rows.map((row) => row.reduce((sum, value, i) => sum + value * (query[i] ?? 0), 0));
const found = texts.map((pageContent, i) => ({ pageContent, metadata: { near: near[i] } }));
for (const { pageContent, metadata } of await compressor.compressDocuments(found, 'monetary policy'))
  console.log(pageContent, metadata);

console.log(await embedder.identity()); // to be kept with the index
