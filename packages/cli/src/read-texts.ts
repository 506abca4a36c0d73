import { encodingOf, isJsonList, openText, parseJsonList, splitLines } from '@length-adaptive/models';
import type { TextInput } from '@length-adaptive/models';
import type { Io } from './io.js';
import { CliError, messageOf } from './errors.js';

/** A text to predict, with the line it came from. */
export interface NumberedText {
  readonly line: number;
  readonly input: TextInput;
  /** Why there is no text; `input` is then what stands there. */
  readonly error?: CliError;
}

const asInput = (parsed: unknown, at: string, content: string): TextInput => {
  const { text, pair } = (typeof parsed === 'object' && parsed !== null ? parsed : { text: parsed }) as { text?: unknown; pair?: unknown };
  if (typeof text === 'string' && (pair === undefined || typeof pair === 'string')) return pair === undefined ? text : [text, pair];
  throw new CliError('INPUT_INVALID', `${at} is ${content.slice(0, 60)}; expected {"text": "...", "pair": "..."} (pair only for two texts), or a JSON string.`);
};

const fromJson = (content: string, at: string): TextInput => {
  let parsed: unknown;
  try {
    parsed = JSON.parse(content);
  } catch (error) {
    throw new CliError('INPUT_INVALID', `${at} is not JSON: ${messageOf(error)}.`, { cause: error });
  }
  return asInput(parsed, at, content);
};

/** A text, or what stands in its place with what is wrong with it: the others may be fine. */
const readEach = (line: number, content: string, read: () => TextInput): NumberedText => {
  try {
    return { line, input: read() };
  } catch (error) {
    if (error instanceof CliError) return { line, input: content, error };
    throw error;
  }
};

const fromLine = (content: string, at: string, isJson: boolean): TextInput => {
  if (content.trim() === '') throw new CliError('INPUT_INVALID', `${at} is empty; expected a text a line.`);
  return isJson ? fromJson(content, at) : content;
};

/** Text of stdin as it arrives: UTF-8, or UTF-16 with a byte order mark. @throws CliError `INPUT_INVALID`, ModelError `FILE_INVALID` */
const decoded = async function* (chunks: AsyncIterable<string | Uint8Array>): AsyncGenerator<string> {
  let decoder: InstanceType<typeof TextDecoder> | undefined;
  const decode = (bytes?: Uint8Array): string => {
    try {
      return decoder?.decode(bytes, { stream: bytes !== undefined }) ?? '';
    } catch (error) {
      throw new CliError('INPUT_INVALID', `stdin is not ${decoder?.encoding === 'utf-8' ? 'UTF-8' : 'UTF-16'} text; give it as UTF-8.`, { cause: error });
    }
  };
  for await (const chunk of chunks) {
    if (typeof chunk !== 'string') decoder ??= new TextDecoder(encodingOf(chunk, 'stdin'), { fatal: true });
    yield typeof chunk === 'string' ? chunk : decode(chunk);
  }
  yield decode();
};

/** Lines as they arrive, without their line ends. A CR that ends a chunk may be the first half of one. */
const linesOf = async function* (chunks: AsyncIterable<string>): AsyncGenerator<readonly string[]> {
  let rest = '';
  for await (const chunk of chunks) {
    const text = rest + chunk;
    const held = text.endsWith('\r') ? '\r' : '';
    const lines = splitLines(text.slice(0, text.length - held.length));
    rest = (lines.pop() ?? '') + held;
    yield lines;
  }
  if (rest !== '') yield [rest.replace(/\r$/, '')];
};

const whole = async function* (text: string): AsyncGenerator<string> {
  yield text;
};

const shown = (item: unknown): string => String(JSON.stringify(item, (_, value: unknown) => (typeof value === 'bigint' ? Number(value) : value)));

/** The texts of a list in a `.json` file. */
const fromList = (text: string, path: string): NumberedText[] =>
  parseJsonList(text, path).map((item, i) => readEach(i + 1, shown(item), () => asInput(item, `${path}, record ${i + 1}`, shown(item))));

/**
 * Texts of a file or of stdin (`-`), in groups as they arrive, at most `group` together: a text a line, JSON lines, or a `.json` list.
 *
 * @throws ModelError `FILE_NOT_FOUND`
 */
export const readTexts = async function* (path: string, stdin: Io['stdin'], group = 32): AsyncGenerator<readonly NumberedText[]> {
  const isJson = /\.(jsonl|ndjson|json)(\.gz)?$/i.test(path);
  const name = path === '-' ? 'stdin' : path;
  const text = path === '-' ? undefined : await openText(path);
  if (text !== undefined && /\.json(\.gz)?$/i.test(path) && isJsonList(text)) {
    const list = fromList(text, path);
    for (let start = 0; start < list.length; start += group) yield list.slice(start, start + group);
    return;
  }
  let line = 0;
  for await (const lines of linesOf(text === undefined ? decoded(stdin) : whole(text))) {
    for (let start = 0; start < lines.length; start += group) {
      yield lines.slice(start, start + group).map((content) => {
        line += 1;
        const at = `${name}, line ${line}`;
        return readEach(line, content, () => fromLine(content, at, isJson));
      });
    }
  }
};
