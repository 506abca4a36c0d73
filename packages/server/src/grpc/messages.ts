/** Messages of the protocol as they are read from and written to the wire: int64 as numbers, bytes as buffers. */

/** One field is set. */
export interface ParameterMessage {
  readonly parameter_choice?: string;
  readonly bool_param?: boolean;
  readonly int64_param?: number;
  readonly string_param?: string;
  readonly double_param?: number;
  readonly uint64_param?: number;
}

export type ParametersMessage = Readonly<Record<string, ParameterMessage>>;

export interface ContentsMessage {
  readonly int_contents?: readonly number[];
  readonly int64_contents?: readonly number[];
  readonly fp32_contents?: readonly number[];
  readonly bytes_contents?: readonly Buffer[];
  readonly [other: string]: readonly unknown[] | undefined;
}

export interface InputMessage {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
  readonly parameters: ParametersMessage;
  readonly contents: ContentsMessage | null;
}

export interface InferMessage {
  readonly model_name: string;
  readonly model_version: string;
  readonly id: string;
  readonly parameters: ParametersMessage;
  readonly inputs: readonly InputMessage[];
  readonly outputs: readonly { readonly name: string; readonly parameters: ParametersMessage }[];
  readonly raw_input_contents: readonly Buffer[];
}

export interface NamedMessage {
  readonly name: string;
  readonly version: string;
}

export interface RepositoryMessage {
  readonly repository_name: string;
  readonly model_name: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

export interface IndexMessage {
  readonly repository_name: string;
  readonly ready: boolean;
}
