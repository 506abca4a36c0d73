import type { ModelContent, ModelParts, NamedConstant } from './model-bytes.js';
import { modelPieces, pieceBytes, readPieces } from './model-bytes.js';
import type { Attribute, Constant, Dimension, ElementType, GraphNode } from './protos.js';
import { producerName } from './producer-name.js';
import { headerFields, nodeFields, restFields, valueFields, valueMessage } from './protos.js';
import { joined } from './wire.js';

/** A value of the graph, by its name. */
export type Value = string & { readonly value: unique symbol };

/** An input that is left out. */
export const absent = '' as Value;

/** Domain of the operators that only ONNX Runtime has. */
export const microsoft = 'com.microsoft';

export interface OperatorOptions {
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** Default: the standard operators. */
  readonly domain?: string;
}

export interface ModelOptions {
  /** Version of the standard operators. */
  readonly opset: number;
  /** Free text by key, for whoever opens the file. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * Builds a graph operator by operator.
 *
 * A builder makes the graph of a model or the body of a branch (`choose`), which may read every value of the graph around
 * it. Number constants of equal content are stored once.
 */
export interface GraphBuilder {
  /** The operators so far. */
  readonly nodes: readonly GraphNode[];
  input(name: string, type: ElementType, shape: readonly Dimension[]): Value;
  output(name: string, value: Value, type: ElementType, shape: readonly Dimension[]): void;
  /** A constant with a name: a weight, or the default of an input of that name. One that several operators share is stored once. */
  constant(name: string, constant: Constant): Value;
  /** int64 numbers: a vector, or a scalar for a number. */
  int64(values: readonly number[] | number): Value;
  /** A float32 scalar. */
  float(value: number): Value;
  /** A list of float32 numbers as a constant. */
  floats(values: readonly number[]): Value;
  /** Adds an operator with one result. */
  op(type: string, inputs: readonly Value[], attributes?: Readonly<Record<string, Attribute>>): Value;
  /** Adds an operator with several results, or of another domain. */
  ops(type: string, inputs: readonly Value[], results: number, options?: OperatorOptions): Value[];
  /** `If`: runs one of two branches; each gives the same number of values. */
  choose(
    condition: Value,
    then: (branch: GraphBuilder) => readonly Value[],
    otherwise: (branch: GraphBuilder) => readonly Value[],
  ): Value[];
  /**
   * The bytes of a model with this graph.
   *
   * @throws OnnxError `OPTION_INVALID` when data of a constant are not there yet
   */
  model(options: ModelOptions): Uint8Array;
  /** The same, the data of constants read into their places where they are not there yet: nothing is in memory twice. */
  readModel(options: ModelOptions): Promise<Uint8Array>;
  /** The same, still to be written. */
  content(options: ModelOptions): ModelContent;
}

/** What a graph and its branches share. */
interface Shared {
  next: number;
  usesMicrosoft: boolean;
  readonly constants: NamedConstant[];
  readonly named: Set<string>;
  readonly numbers: Map<string, Value>;
}

/** A graph in the making, with a way to end it as the body of a branch. */
interface Scope {
  readonly builder: GraphBuilder;
  branch(results: readonly Value[]): Uint8Array;
}

/** Starts the graph of a model. */
export const createGraph = (name = 'length_adaptive'): GraphBuilder =>
  scope(name, { next: 0, usesMicrosoft: false, constants: [], named: new Set(), numbers: new Map() }).builder;

const scope = (graphName: string, shared: Shared): Scope => {
  const nodes: GraphNode[] = [];
  const inputs: Uint8Array[] = [];
  const outputs: Uint8Array[] = [];

  const constant = (name: string, value: Constant): Value => {
    if (!shared.named.has(name)) shared.constants.push({ name, constant: value });
    shared.named.add(name);
    return name as Value;
  };
  const number = (key: string, value: () => Constant): Value => {
    const made = shared.numbers.get(key) ?? constant(`constant_${shared.numbers.size}`, value());
    shared.numbers.set(key, made);
    return made;
  };

  const addNode = (
    type: string,
    name: string,
    given: readonly string[],
    made: readonly string[],
    { attributes = {}, domain = '' }: OperatorOptions = {},
  ): void => {
    if (domain === microsoft) shared.usesMicrosoft = true;
    nodes.push({ type, name, inputs: given, outputs: made, attributes, domain });
  };
  const ops: GraphBuilder['ops'] = (type, given, results, options) => {
    const name = `${type}_${shared.next++}`;
    const made = Array.from({ length: results }, (_, i) => (results === 1 ? name : `${name}_${i}`) as Value);
    addNode(type, name, given, made, options);
    return made;
  };
  const op: GraphBuilder['op'] = (type, given, attributes = {}) => ops(type, given, 1, { attributes })[0] as Value;

  const branchOf = (
    name: string,
    body: (inner: GraphBuilder) => readonly Value[],
  ): { readonly graph: Uint8Array; readonly count: number } => {
    const inner = scope(name, shared);
    const results = body(inner.builder);
    return { graph: inner.branch(results), count: results.length };
  };

  const content = ({ opset, metadata = {} }: ModelOptions): ModelContent => {
    let parts: ModelParts | undefined;
    return (place) => {
      parts ??= {
        header: headerFields(producerName),
        nodes: nodeFields(graphName, nodes),
        constants: shared.constants,
        values: valueFields(inputs, outputs),
        rest: restFields([[undefined, opset], ...(shared.usesMicrosoft ? [[microsoft, 1] as const] : [])], metadata),
      };
      return modelPieces(parts, place);
    };
  };

  const builder: GraphBuilder = {
    nodes,
    input: (name, type, shape) => {
      inputs.push(valueMessage(name, { type, shape }));
      return name as Value;
    },
    output: (name, value, type, shape) => {
      addNode('Identity', `output_${name}`, [value], [name]);
      outputs.push(valueMessage(name, { type, shape }));
    },
    constant,
    int64: (values) => {
      const [list, shape] = typeof values === 'number' ? [[values], []] : [values, [values.length]];
      return number(`int64 [${shape.join()}] ${list.join()}`, () => ({
        type: 'int64',
        shape,
        data: BigInt64Array.from(list, BigInt),
      }));
    },
    floats: (values) =>
      number(`float32 [${values.join(',')}]`, () => ({
        type: 'float32',
        shape: [values.length],
        data: Float32Array.from(values),
      })),
    float: (value) => number(`float32 ${value}`, () => ({ type: 'float32', shape: [], data: Float32Array.of(value) })),
    op,
    ops,
    choose: (condition, then, otherwise) => {
      const label = shared.next;
      const first = branchOf(`then_${label}`, then);
      const second = branchOf(`else_${label}`, otherwise);
      return ops('If', [condition], first.count, {
        attributes: { then_branch: { graph: first.graph }, else_branch: { graph: second.graph } },
      });
    },
    model: (options) => pieceBytes(content(options)()),
    readModel: (options) => readPieces(content(options)()),
    content,
  };
  return {
    builder,
    branch: (results) => {
      const free = new Set(nodes.flatMap((node) => node.outputs));
      // A branch may only give values that its own operators made, and each of them once.
      const given = results.map((value) => (free.delete(value) ? value : op('Identity', [value])));
      return joined([
        nodeFields(graphName, nodes),
        valueFields(
          [],
          given.map((name) => valueMessage(name)),
        ),
      ]);
    },
  };
};
