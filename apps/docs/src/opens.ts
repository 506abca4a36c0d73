/** What opens: the families and tasks that the packages know, with what each family was compared with. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { architectureNames, architectureOf } from '@length-adaptive/models/engine';
import { calledTask, taskDefinitions } from '@length-adaptive/models/predict';
import { markdownTable } from './format.js';
import { siteFolder } from './workspace.js';

/** What a family's code does not say of itself. */
interface About {
  readonly encoders: string;
  readonly tokenizer: string;
  /** What of it is refused, by its key in config.json. */
  readonly not?: string;
  /** What it was compared with beside its reference numbers. */
  readonly compared?: string;
  /** The family whose reference numbers are its own, where it has no folder of them. */
  readonly as?: string;
}

/** By `model_type`: a family that is known and stands not here fails a test. */
export const abouts: Readonly<Record<string, About>> = {
  bert: {
    encoders: 'BERT-tiny to -large, MiniLM, bge, gte, E5',
    tokenizer: 'WordPiece, or Unigram where `tokenizer.json` has it',
    not: 'relative positions',
    compared: 'all-MiniLM-L6-v2 and gte-small on onnxruntime and transformers.js',
  },
  distilbert: { encoders: 'DistilBERT', tokenizer: 'WordPiece', compared: 'all-MiniLM-L6-v2 under its names' },
  tinybert: { encoders: 'TinyBERT 4L-312 and 6L-768', tokenizer: 'WordPiece', as: 'bert' },
  roberta: { encoders: 'RoBERTa', tokenizer: 'byte-level BPE', not: 'relative positions' },
  'xlm-roberta': {
    encoders: 'XLM-R: bge-reranker-base, bge-m3, multilingual-e5-base, mmarco-mMiniLMv2',
    tokenizer: 'Unigram',
    not: 'relative positions',
    as: 'roberta',
  },
  camembert: { encoders: 'CamemBERT', tokenizer: 'Unigram', not: 'relative positions', as: 'roberta' },
  mpnet: { encoders: 'all-mpnet-base, multi-qa-mpnet-base, paraphrase-mpnet-base', tokenizer: 'WordPiece' },
  mobilebert: {
    encoders: 'MobileBERT: mobilebert-uncased',
    tokenizer: 'WordPiece',
    not: 'queries and keys of the wide states (`use_bottleneck_attention` and `key_query_shared_bottleneck` both false)',
    compared: 'transformers row by row: padding behind a text is no neighbour of its last token here',
  },
  electra: { encoders: 'ELECTRA, its discriminators', tokenizer: 'WordPiece', not: 'generators' },
  albert: { encoders: 'ALBERT', tokenizer: 'Unigram', not: '`inner_group_num` above 1' },
  modernbert: {
    encoders: 'ModernBERT, gte-modernbert, gte-reranker-modernbert, ettin',
    tokenizer: 'byte-level BPE',
    not: 'biases; `rope_type` other than `default`',
  },
  'deberta-v2': {
    encoders: 'DeBERTa-v2 and -v3, mDeBERTa: NLI heads, prompt-injection guards, PII taggers',
    tokenizer: 'Unigram in `tokenizer.json`',
    not: '`conv_kernel_size` (the large v2 models); p2p attention',
  },
  funnel: {
    encoders:
      'Funnel-Transformer: with its decoder tags, answers and vectors of all tokens; without it (`*-base` checkpoints have none) classification and vectors of the first token',
    tokenizer: 'WordPiece in `tokenizer.json`',
    not: 'tasks that read each token, of a checkpoint that has no decoder; `pooling_type` `max`; `separate_cls`, `truncate_seq` or `pool_q_only` of `false`',
    compared:
      'transformers on the same weights, row by row, in both forms of its attention, with the decoder and without',
  },
  nomic_bert: {
    encoders: 'nomic-embed-text v1 and v1.5; by the keys of their authors or of transformers 5',
    tokenizer: 'WordPiece',
    not: 'experts (v2-moe), biases, `rotary_emb_fraction` below 1, norms before the blocks',
  },
  new: {
    encoders: 'gte-base-en-v1.5, gte-large-en-v1.5, gte-multilingual-base and -reranker-base',
    tokenizer: 'WordPiece, or Unigram where `tokenizer.json` has it',
    not: '`rope_scaling` other than `ntk`, absolute positions, `logn_attention_scale`',
    compared: 'transformers with its maps given biases, NomicBERT having the same encoder otherwise',
  },
  gte: {
    encoders: 'snowflake-arctic-embed-m-v2.0',
    tokenizer: 'Unigram',
    not: 'as `new`',
    as: 'new',
  },
  vit: {
    encoders: 'ViT: images; DeiT as it is published without distillation',
    tokenizer: '`preprocessor_config.json`',
    not: 'positions for images of another size',
    compared: 'resizing with Pillow, every filter to the last bit',
  },
  clip: {
    encoders: 'CLIP, both towers: vectors of images, or of texts with the option `tower`',
    tokenizer: '`preprocessor_config.json`; byte-level BPE whose words have an end',
  },
  clip_vision_model: {
    encoders: 'the tower of CLIP for images by itself',
    tokenizer: '`preprocessor_config.json`',
    as: 'clip',
  },
  clip_text_model: {
    encoders: 'the tower of CLIP for texts by itself, with a projection or without',
    tokenizer: 'byte-level BPE whose words have an end',
    compared: 'transformers on the same weights, by the id at the end of a text and by the largest id',
  },
  deit: {
    encoders: 'DeiT with distillation: images',
    tokenizer: '`preprocessor_config.json`',
    not: 'positions for images of another size',
  },
};

const hasReference = (family: string): boolean =>
  existsSync(path.join(siteFolder, '../../packages/models/fixtures/golden', family, 'expected.safetensors'));

/** What a family is held against. */
const comparedWith = (name: string, { as = name, compared }: About): string => {
  const reference = hasReference(as)
    ? `reference numbers${as === name ? '' : ` of \`${as}\``}: states, answers, kept tokens, every gradient`
    : '–';
  return [reference, ...(compared === undefined ? [] : [compared])].join('; ');
};

/** One row a family. */
export const familiesTable = (): string =>
  markdownTable(
    ['`model_type`', 'class names', 'encoders', 'tokenizer', 'compared with', 'not'],
    architectureNames().map((name) => {
      const about = abouts[name] as About;
      const { classPrefix } = architectureOf({ model_type: name });
      return [
        `\`${name}\``,
        `\`${classPrefix}For…\``,
        about.encoders,
        about.tokenizer,
        comparedWith(name, about),
        about.not ?? '',
      ];
    }),
  );

/** One row a task, with the class that a checkpoint of it has. */
export const tasksTable = (): string =>
  markdownTable(
    ['task', 'class of the checkpoint'],
    taskDefinitions().map((definition) => [
      `\`${calledTask(definition)}\``,
      `\`…${definition.make(definition.labels ? ['a', 'b'] : []).checkpoint.classSuffix}\``,
    ]),
  );
