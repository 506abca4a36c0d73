import { ModelError } from '../../errors.js';
import { invalidFile, quoted } from './invalid-file.js';
import type { PickleReader } from './pickle-reader.js';
import {
  floatLine,
  int32,
  integerLine,
  intLine,
  line,
  long,
  slice,
  stringLine,
  take,
  text,
  uint16,
  uint32,
  uint64,
  uint8,
  unicodeLine,
} from './pickle-reader.js';

/** What a pickle may refer to. Everything else it names is refused. */
export interface PickleOptions {
  /**
   * Values by the Python name they stand for (`collections.OrderedDict`). A function here is called, with the arguments as an array,
   * where the pickle calls the Python one; it is ours, checks its arguments and gives plain data.
   */
  readonly globals: ReadonlyMap<string, unknown>;
  /** A better error for a name outside of `globals` that is harmless and known. */
  readonly refuse?: (name: string) => ModelError | undefined;
  /** Gives the value of a persistent id: what the pickle keeps outside itself. */
  readonly persistent: (id: unknown) => unknown;
}

interface Machine extends PickleOptions, PickleReader {
  stack: unknown[];
  /** The stacks set aside by marks. */
  readonly outer: unknown[][];
  readonly memo: Map<number, unknown>;
}

/** Far beyond any table of tensors; keeps a hostile file from filling the memory. */
const maxSteps = 5_000_000;
const push = (machine: Machine, value: unknown): void => {
  machine.stack.push(value);
};

const top = (machine: Machine): unknown => {
  if (machine.stack.length === 0)
    throw invalidFile(`its pickle takes a value from an empty stack before byte ${machine.at}.`);
  return machine.stack.at(-1);
};

const pop = (machine: Machine): unknown => {
  const value = top(machine);
  machine.stack.pop();
  return value;
};

/** All values since the last mark. */
const popMark = (machine: Machine): unknown[] => {
  const items = machine.stack;
  const outer = machine.outer.pop();
  if (outer === undefined) throw invalidFile(`its pickle closes a mark it never set, before byte ${machine.at}.`);
  machine.stack = outer;
  return items;
};

const popMany = (machine: Machine, count: number): unknown[] =>
  Array.from({ length: count }, () => pop(machine)).reverse();

const setItems = (machine: Machine, target: unknown, items: readonly unknown[]): void => {
  if (!(target instanceof Map))
    throw invalidFile(`its pickle sets items of something that is no dictionary, before byte ${machine.at}.`);
  if (items.length % 2 === 1) throw invalidFile(`its pickle has a key without a value, before byte ${machine.at}.`);
  for (let i = 0; i < items.length; i += 2) (target as Map<unknown, unknown>).set(items[i], items[i + 1]);
};

const append = (machine: Machine, items: readonly unknown[]): void => {
  const target = top(machine);
  if (!Array.isArray(target))
    throw invalidFile(`its pickle appends to something that is no list, before byte ${machine.at}.`);
  for (const item of items) target.push(item);
};

const addItems = (machine: Machine): void => {
  const items = popMark(machine);
  const target = top(machine);
  if (!(target instanceof Set))
    throw invalidFile(`its pickle adds to something that is no set, before byte ${machine.at}.`);
  for (const item of items) target.add(item);
};

const remember = (machine: Machine, slot: number | bigint): void => {
  machine.memo.set(Number(slot), top(machine));
};

const recall = (machine: Machine, slot: number | bigint): void => {
  if (!machine.memo.has(Number(slot))) throw invalidFile(`its pickle refers to memo ${slot}, which it never set.`);
  push(machine, machine.memo.get(Number(slot)));
};

const named = ({ globals, refuse }: Machine, module: unknown, name: unknown): unknown => {
  if (typeof module !== 'string' || typeof name !== 'string')
    throw invalidFile('its pickle names a class by something other than text.');
  const path = `${module}.${name}`;
  if (globals.has(path)) return globals.get(path);
  const known = refuse?.(path);
  if (known) throw known;
  throw new ModelError(
    'PICKLE_UNSAFE',
    `The file refers to the Python class or function ${quoted(path)}. Only tensors are read, and nothing in a file is ever run. ` +
      'If you trust it, open it with PyTorch and save its state dict as safetensors (safetensors.torch.save_file).',
  );
};

const call = (machine: Machine, callee: unknown, args: unknown): unknown => {
  if (typeof callee !== 'function')
    throw invalidFile(`its pickle calls something that is no function, before byte ${machine.at}.`);
  if (!Array.isArray(args))
    throw invalidFile(`its pickle calls a function without a tuple of arguments, before byte ${machine.at}.`);
  // Only functions of `globals` get here: no opcode makes one.
  return (callee as (args: readonly unknown[]) => unknown)(args);
};

/** REDUCE, NEWOBJ: the callee below its arguments. */
const reduce = (machine: Machine): void => {
  const args = pop(machine);
  push(machine, call(machine, pop(machine), args));
};

/** BUILD: the attributes of a dictionary (`_metadata` of a state dict) are of no use here. */
const build = (machine: Machine): void => {
  pop(machine);
  if (!(top(machine) instanceof Map))
    throw invalidFile(`its pickle gives attributes to something that is no dictionary, before byte ${machine.at}.`);
};

const extension = (code: number): never => {
  throw new ModelError(
    'PICKLE_UNSAFE',
    `The file refers to a Python class by extension code ${code}. Only tensors are read: save the weights as safetensors (safetensors.torch.save_file).`,
  );
};

const outOfBand = (): never => {
  throw invalidFile(
    'its pickle keeps buffers outside of the file. Save the weights as safetensors (safetensors.torch.save_file).',
  );
};

/** What each opcode does; the order and the names in the comments are those of Python's `pickletools`. */
const opcodes: ReadonlyMap<number, (machine: Machine) => void> = new Map(
  Object.entries<(machine: Machine) => void>({
    I: (m) => push(m, intLine(m)), // INT
    J: (m) => push(m, int32(m)), // BININT
    K: (m) => push(m, uint8(m)), // BININT1
    M: (m) => push(m, uint16(m)), // BININT2
    L: (m) => push(m, integerLine(m)), // LONG
    '\x8a': (m) => push(m, long(m, uint8(m))), // LONG1
    '\x8b': (m) => push(m, long(m, uint32(m))), // LONG4
    S: (m) => push(m, stringLine(m)), // STRING
    T: (m) => push(m, text(m, uint32(m))), // BINSTRING
    U: (m) => push(m, text(m, uint8(m))), // SHORT_BINSTRING
    B: (m) => push(m, slice(m, uint32(m))), // BINBYTES
    C: (m) => push(m, slice(m, uint8(m))), // SHORT_BINBYTES
    '\x8e': (m) => push(m, slice(m, uint64(m))), // BINBYTES8
    '\x96': (m) => push(m, slice(m, uint64(m))), // BYTEARRAY8
    '\x97': outOfBand, // NEXT_BUFFER
    '\x98': outOfBand, // READONLY_BUFFER
    N: (m) => push(m, null), // NONE
    '\x88': (m) => push(m, true), // NEWTRUE
    '\x89': (m) => push(m, false), // NEWFALSE
    V: (m) => push(m, unicodeLine(m)), // UNICODE
    '\x8c': (m) => push(m, text(m, uint8(m))), // SHORT_BINUNICODE
    X: (m) => push(m, text(m, uint32(m))), // BINUNICODE
    '\x8d': (m) => push(m, text(m, uint64(m))), // BINUNICODE8
    F: (m) => push(m, floatLine(m)), // FLOAT
    G: (m) => push(m, m.view.getFloat64(take(m, 8), false)), // BINFLOAT
    ']': (m) => push(m, []), // EMPTY_LIST
    a: (m) => append(m, popMany(m, 1)), // APPEND
    e: (m) => append(m, popMark(m)), // APPENDS
    l: (m) => push(m, popMark(m)), // LIST
    ')': (m) => push(m, []), // EMPTY_TUPLE
    t: (m) => push(m, popMark(m)), // TUPLE
    '\x85': (m) => push(m, popMany(m, 1)), // TUPLE1
    '\x86': (m) => push(m, popMany(m, 2)), // TUPLE2
    '\x87': (m) => push(m, popMany(m, 3)), // TUPLE3
    '}': (m) => push(m, new Map()), // EMPTY_DICT
    d: (m) => {
      const made = new Map();
      setItems(m, made, popMark(m));
      push(m, made);
    }, // DICT
    s: (m) => {
      const items = popMany(m, 2);
      setItems(m, top(m), items);
    }, // SETITEM
    u: (m) => {
      const items = popMark(m);
      setItems(m, top(m), items);
    }, // SETITEMS
    '\x8f': (m) => push(m, new Set()), // EMPTY_SET
    '\x90': addItems, // ADDITEMS
    '\x91': (m) => push(m, new Set(popMark(m))), // FROZENSET
    '0': (m) => void (m.stack.length === 0 ? popMark(m) : pop(m)), // POP
    '2': (m) => push(m, top(m)), // DUP
    '(': (m) => {
      m.outer.push(m.stack);
      m.stack = [];
    }, // MARK
    '1': (m) => void popMark(m), // POP_MARK
    g: (m) => recall(m, integerLine(m)), // GET
    h: (m) => recall(m, uint8(m)), // BINGET
    j: (m) => recall(m, uint32(m)), // LONG_BINGET
    p: (m) => remember(m, integerLine(m)), // PUT
    q: (m) => remember(m, uint8(m)), // BINPUT
    r: (m) => remember(m, uint32(m)), // LONG_BINPUT
    '\x94': (m) => remember(m, m.memo.size), // MEMOIZE
    '\x82': (m) => extension(uint8(m)), // EXT1
    '\x83': (m) => extension(uint16(m)), // EXT2
    '\x84': (m) => extension(int32(m)), // EXT4
    c: (m) => push(m, named(m, line(m), line(m))), // GLOBAL
    '\x93': (m) => {
      const [module, name] = popMany(m, 2);
      push(m, named(m, module, name));
    }, // STACK_GLOBAL
    R: reduce, // REDUCE
    b: build, // BUILD
    i: (m) => push(m, call(m, named(m, line(m), line(m)), popMark(m))), // INST
    o: (m) => {
      const [callee, ...args] = popMark(m);
      push(m, call(m, callee, args));
    }, // OBJ
    '\x81': reduce, // NEWOBJ
    '\x92': (m) => {
      const named = pop(m);
      if (!(named instanceof Map) || named.size > 0)
        throw invalidFile('its pickle calls a function with named arguments.');
      reduce(m);
    }, // NEWOBJ_EX
    '\x80': (m) => {
      const protocol = uint8(m);
      if (protocol > 5) throw invalidFile(`its pickle has protocol ${protocol}, and this reader knows 0 to 5.`);
    }, // PROTO
    '\x95': (m) => {
      const [length, left] = [uint64(m), m.bytes.byteLength - m.at];
      if (length > left)
        throw invalidFile(
          `its pickle has a frame of ${length} bytes, and only ${left} follow. The file is cut off: fetch it again.`,
        );
    }, // FRAME
    P: (m) => push(m, m.persistent(line(m))), // PERSID
    Q: (m) => push(m, m.persistent(pop(m))), // BINPERSID
  }).map(([character, run]) => [character.charCodeAt(0), run]),
);

const stop = 0x2e;

/**
 * Reads one pickle (protocols 0 to 5) as plain data: numbers (`bigint` beyond 2^53), text, `Uint8Array`, null for None, arrays for
 * lists and tuples, `Map` for dictionaries, `Set`. Nothing is imported and nothing of the file is run: a class or function outside
 * of `globals` is refused.
 *
 * @param start where the pickle begins
 * @returns the value, and where the pickle ends
 * @throws ModelError `PICKLE_UNSAFE` (names a foreign class), `PYTORCH_INVALID`
 */
export const readPickle = (
  bytes: Uint8Array,
  options: PickleOptions,
  start = 0,
): { readonly value: unknown; readonly end: number } => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const machine: Machine = { ...options, bytes, view, at: start, stack: [], outer: [], memo: new Map() };
  for (let step = 0; step < maxSteps; step += 1) {
    const code = uint8(machine);
    if (code === stop) return { value: pop(machine), end: machine.at };
    const run = opcodes.get(code);
    if (run === undefined) throw invalidFile(`its pickle has the unknown opcode ${code} at byte ${machine.at - 1}.`);
    run(machine);
  }
  throw invalidFile(`its pickle takes more than ${maxSteps} steps: it holds far more than tensors.`);
};
