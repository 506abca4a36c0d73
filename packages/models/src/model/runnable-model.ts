import type { Bits, EncoderInput, HeadCost, NamedReducer, OperatingPoint, Ranks } from '@length-adaptive/core';
import type { Dimensions } from '../architectures/architecture.js';
import type { LengthAdaptiveFile } from '../folder/length-adaptive-file.js';
import type { ModelPrior } from '../priors/prior-settings.js';
import type { TokenTrace } from './token-trace.js';
import type { Task } from '../tasks/task.js';
import type { Tokenizer } from '../tokenizer/tokenizer.js';

/** A model that answers, whatever engine runs it: token ids in, logits out. */
export interface RunnableModel {
  /** `tensors` of a `TaskModel`, whose weights are tensors that train and can be looked at; absent of a model that only runs. */
  readonly kind?: 'tensors' | undefined;
  /** What runs it: `tfjs`, `onnxruntime`. */
  readonly engine: string;
  readonly dimensions: Dimensions;
  readonly task: Task;
  /** What ranks its tokens. */
  readonly reducer: NamedReducer;
  /** What is added to that in the first layers, by the inputs alone: every run of the model reckons with it. Absent: nothing. */
  readonly prior?: ModelPrior | undefined;
  /** Tokens that a batch may hold, padding included, to suit this engine: what `predictLogits` packs by default. */
  readonly batchTokens: number;
  /** The largest ranks that points may ask for. Absent: of a model without factors, or whose ranks are built in. */
  readonly largestRanks?: Ranks | undefined;
  /** Whether it runs all of its layers, whatever points say: an exported file that does not leave them open. Default: points may leave some out. */
  readonly runsAllLayers?: boolean | undefined;
  /** The one operating point that the model runs at, where it has one built in. */
  readonly builtIn?: OperatingPoint | undefined;
  /**
   * Logits of one batch, row after row: [B * outputs], or [B * T * outputs] for a task that reads every token, T being the
   * longest row's. Token rows may have any lengths; the array is the caller's to keep.
   *
   * @param options the operating point; default the one that is built in, else the full model
   */
  run(
    inputs: readonly EncoderInput[],
    options?: { readonly point?: OperatingPoint | undefined },
  ): Promise<Float32Array>;
  /** The same for rows that have points of their own; absent for engines with one point a batch. */
  readonly runRows?:
    ((inputs: readonly EncoderInput[], points: readonly OperatingPoint[]) => Promise<Float32Array>) | undefined;
  /** Positions of the tokens of one input that each layer kept, ascending; of a layer that is left out, of those that would have entered it. */
  keptPositions(input: EncoderInput, point: OperatingPoint): Promise<number[][]>;
  /**
   * What ranked the tokens of one input in each layer, prior included: a number a token of the input, NaN for those that had left before. Absent:
   * not known.
   */
  readonly tokenScores?: ((input: EncoderInput, point: OperatingPoint) => Promise<number[][]>) | undefined;
  /**
   * For each layer and each token of one input the position of the token that it has become part of: its own while it is there, or it left
   * alone. undefined of a model whose tokens do not merge; absent of an engine that does not tell.
   */
  mergedInto?(input: EncoderInput, point: OperatingPoint): Promise<number[][] | undefined>;
  /** The last three by a single run. Absent of an engine that tells them one by one. */
  readonly tokenTrace?: ((input: EncoderInput, point: OperatingPoint) => Promise<TokenTrace>) | undefined;
  /** MACs of one input of `length` tokens at an operating point (default: the full model), head included. */
  macs(length: number, point?: OperatingPoint): number;
  /** What tells its weights from those of another model, the same on every engine; absent where that is not known. */
  readonly digest?: (() => Promise<string>) | undefined;
  /** What its weights are stored in and computed with. Default `fp32`. */
  readonly precision?: string | undefined;
  /** Bits that points may ask for beside those of its precision: each is opened when it is first asked for. Absent: none. */
  readonly otherBits?: readonly Bits[] | undefined;
  /**
   * Bytes of the ONNX file that runs a point in its ranks and bits, at any lengths: what an export of those writes. A point that leaves layers out or names
   * a reducer counts the file that has them to choose. Absent: not known, as for an engine that writes no such files.
   */
  readonly fileBytes?: ((point: OperatingPoint) => number) | undefined;
  /** MACs of the head alone. */
  readonly headMacs: HeadCost;
  /** Bytes of its weights, as it was opened with them. Absent: not known. */
  readonly weightBytes?: number | undefined;
  /** Frees what the engine holds, once what runs is done; what is asked for later is refused with `DISPOSED`. May be called again. */
  dispose(): void;
}

/** A runnable model with its tokenizer and what is known of its operating points: all that a predictor needs. */
export interface RunnableTextModel {
  readonly model: RunnableModel;
  readonly tokenizer: Tokenizer;
  readonly lengthAdaptive?: LengthAdaptiveFile | undefined;
  /** What is odd about its files and does no harm, a sentence each: tensors that are not read, names of classes that do not exist. Default: nothing. */
  readonly notes?: readonly string[] | undefined;
}
