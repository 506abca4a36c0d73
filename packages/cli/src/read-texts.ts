import { openText } from '@length-adaptive/models';
import type { TextInput } from '@length-adaptive/models';
import type { Io } from './io.js';
import { CliError, messageOf } from './errors.js';

/** A text to predict, with the line it came from. */
export interface NumberedText {
  readonly line: number;
  readonly input: TextInput;
  /** Why the line holds no text; `input` is then what stands there. */
  readonly error?: CliError;
}

/** A line as a text, or with what is wrong with it: the others may be fine. */
const readLine = (content: string, line: number, at: string, isJson: boolean): NumberedText => {
  if (content.trim() === '') return { line, input: content, error: new CliError('INPUT_INVALID', `${at} is empty; expected a text a line.`) };
  try {
    return { line, input: isJson ? fromJson(content, at) : content };
  } catch (error) {
    if (error instanceof CliError) return { line, input: content, error };
    throw error;
  }
};

const fromJson = (content: string, at: string): TextInput => {
  let parsed: unknown;
  try {
    parsed = JSON.parse(content);
  } catch (error) {
    throw new CliError('INPUT_INVALID', `${at} is not JSON: ${messageOf(error)}.`, { cause: error });
  }
  const { text, pair } = (typeof parsed === 'object' && parsed !== null ? parsed : { text: parsed }) as { text?: unknown; pair?: unknown };
  if (typeof text === 'string' && (pair === undefined || typeof pair === 'string')) return pair === undefined ? text : [text, pair];
  throw new CliError('INPUT_INVALID', `${at} is ${content.slice(0, 60)}; expected {"text": "...", "pair": "..."} (pair only for two texts), or a JSON string.`);
};

/** Lines as they arrive, without their line ends. */
const linesOf = async function* (chunks: AsyncIterable<string | Uint8Array>): AsyncGenerator<readonly string[]> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + (typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true }))).split('\n');
    rest = lines.pop() ?? '';
    yield lines.map((line) => line.replace(/\r$/, ''));
  }
  if (rest !== '') yield [rest];
};

const whole = async function* (text: Promise<string>): AsyncGenerator<string> {
  yield await text;
};

/**
 * Texts of a file or of stdin (`-`), in groups as they arrive, at most `group` together.
 *
 * @throws ModelError `FILE_NOT_FOUND`
 */
export const readTexts = async function* (path: string, stdin: Io['stdin'], group = 32): AsyncGenerator<readonly NumberedText[]> {
  const isJson = /\.(jsonl|ndjson)(\.gz)?$/i.test(path);
  const name = path === '-' ? 'stdin' : path;
  let line = 0;
  for await (const lines of linesOf(path === '-' ? stdin : whole(openText(path)))) {
    for (let start = 0; start < lines.length; start += group) {
      yield lines.slice(start, start + group).map((content) => {
        line += 1;
        return readLine(content, line, `${name}, line ${line}`, isJson);
      });
    }
  }
};
