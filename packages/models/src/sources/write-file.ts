import { ModelError, messageOf } from '../errors.js';
import { nodeModule } from './node.js';

/**
 * Writes a file so that nobody ever sees half of it: to a temporary name beside it, then renamed. Makes the folders it
 * needs. Node only.
 *
 * @throws ModelError `NOT_WRITABLE` when the folder cannot be made or the file cannot be written
 */
export const writeFile = async (path: string, content: Uint8Array | string): Promise<void> => {
  const fs = nodeModule('node:fs/promises');
  const { dirname } = nodeModule('node:path');
  const { randomUUID } = nodeModule('node:crypto');
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await fs.mkdir(dirname(path), { recursive: true });
    await fs.writeFile(temporary, content);
    await fs.rename(temporary, path);
  } catch (error) {
    await fs.rm(temporary, { force: true }).catch(() => undefined);
    throw new ModelError(
      'NOT_WRITABLE',
      `${path} cannot be written: ${messageOf(error)}. Choose a folder this user may write to.`,
      {
        cause: error,
      },
    );
  }
};
