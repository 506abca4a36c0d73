import { ModelError } from './errors.js';

/** How a pointer of Git LFS begins; the whole is three lines, some 130 bytes. */
const beginning = 'version https://git-lfs.github.com/spec/';

const isPointer = (bytes: Uint8Array): boolean =>
  bytes.byteLength >= beginning.length && bytes.byteLength < 1024 && [...beginning].every((letter, i) => bytes[i] === letter.charCodeAt(0));

/**
 * Checks that bytes are a file itself, and not the pointer that Git leaves in its place where Git LFS is not installed.
 *
 * @param name of the file, for the message
 * @throws ModelError `FILE_INVALID` for a pointer
 */
export const checkNotPointer = (bytes: Uint8Array, name: string): void => {
  if (!isPointer(bytes)) return;
  const size = /^size (\d+)$/m.exec(new TextDecoder().decode(bytes))?.[1];
  const whole = size === undefined ? 'the file' : `the file of ${size} bytes`;
  throw new ModelError(
    'FILE_INVALID',
    `${name} is a Git LFS pointer, not ${whole} that it stands for. In the clone that it is from run "git lfs install && git lfs pull"; ` +
      'from the Hugging Face Hub download the file itself (its download button, "hf download", or give the model as owner/name).',
  );
};
