import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A fresh folder for the tests of one file, removed after them. */
export const temporaryFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'length-adaptive-onnx-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};
