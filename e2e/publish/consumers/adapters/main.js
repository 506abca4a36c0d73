import { Embeddings } from '@langchain/core/embeddings';
import { createEmbeddings } from '@length-adaptive/adapters/langchain';

// Of the libraries that the package knows this project has one, and it needs no other.
const embedder = {
  embedding: undefined,
  identity: async () => 'a model',
  embed: async (texts) => texts.map((text) => ({ vector: Float32Array.of(text.length), tokens: 1 })),
};
const embeddings = createEmbeddings(embedder, { identity: 'another model' });
const rows = await createEmbeddings(embedder).embedDocuments(['one', 'three']);
const refused = await embeddings.embedQuery('one').catch(({ name, code }) => `${name} ${code}`);
const missing = await import('@length-adaptive/adapters/orama').then(
  () => 'it needs nothing of Orama at run time',
  ({ code }) => code,
);
console.log(JSON.stringify({ isTheirs: embeddings instanceof Embeddings, rows, refused, missing }));
