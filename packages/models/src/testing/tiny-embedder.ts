import { tinyBertConfig } from '@length-adaptive/tools/testing/tiny-bert';
import type { ModelConfig } from '../architectures/model-config.js';
import { tinyFiles } from './tiny-model.js';

/** A BERT of 3 layers, 32 wide, without a head. */
const tinyEncoderConfig: ModelConfig = { ...tinyBertConfig, architectures: ['BertModel'] };

/** How a checkpoint of sentence-transformers says that it makes vectors. */
export interface TinyEmbedderOptions {
  /** Of `1_Pooling/config.json`. */
  readonly pooling?: Readonly<Record<string, unknown>>;
  /** Last parts of the types in `modules.json`. */
  readonly modules?: readonly string[];
  /** Of `config_sentence_transformers.json`. */
  readonly more?: Readonly<Record<string, unknown>>;
  /** Of `sentence_bert_config.json`. */
  readonly lengths?: Readonly<Record<string, unknown>>;
}

/** The files of a random tiny model as sentence-transformers writes them. */
export const tinyEmbedderFiles = async ({
  pooling = { word_embedding_dimension: 32, pooling_mode_mean_tokens: true, pooling_mode_cls_token: false },
  modules = ['Transformer', 'Pooling', 'Normalize'],
  more,
  lengths,
}: TinyEmbedderOptions = {}): Promise<Record<string, Uint8Array | string>> => ({
  ...(await tinyFiles(tinyEncoderConfig)),
  'config.json': JSON.stringify(tinyEncoderConfig),
  'modules.json': JSON.stringify(
    modules.map((type, idx) => ({
      idx,
      name: String(idx),
      path: idx === 0 ? '' : `${idx}_${type}`,
      type: `sentence_transformers.models.${type}`,
    })),
  ),
  '1_Pooling/config.json': JSON.stringify(pooling),
  ...(more && { 'config_sentence_transformers.json': JSON.stringify(more) }),
  ...(lengths && { 'sentence_bert_config.json': JSON.stringify(lengths) }),
});
