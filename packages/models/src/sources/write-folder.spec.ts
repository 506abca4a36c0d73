import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startProcess } from '@length-adaptive/tools/testing/start-process';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { writeFile } from './write-file.js';
import { writeFolder } from './write-folder.js';

const folder = temporaryFolder();
const at = (...path: readonly string[]): string => join(folder, ...path);
const text = (...path: readonly string[]): string => readFileSync(at(...path), 'utf8');

/** Writes a model of two files, one of them in a folder of its own. */
const model =
  (content: string) =>
  async (to: string): Promise<string> => {
    await writeFile(join(to, 'onnx/model.onnx'), content);
    await writeFile(join(to, 'config.json'), content);
    return content;
  };

const stop = new Error('stopped');

describe('writeFolder', () => {
  test('makes the folder and what is around it, and gives what the writer gives', async () => {
    expect(await writeFolder(at('deep/er/new'), model('one'))).toBe('one');
    expect([text('deep/er/new/config.json'), text('deep/er/new/onnx/model.onnx')]).toEqual(['one', 'one']);
    expect(readdirSync(at('deep/er'))).toEqual(['new']);
  });

  test('nobody sees the folder before it is complete', async () => {
    await writeFolder(at('late'), async (to) => {
      await model('one')(to);
      expect(readdirSync(folder)).not.toContain('late');
    });
    expect(readdirSync(folder)).toContain('late');
  });

  test('in a folder that is there, other files stay and namesakes are replaced', async () => {
    mkdirSync(at('there/onnx'), { recursive: true });
    for (const name of ['notes.txt', 'config.json', 'onnx/model_fp16.onnx']) writeFileSync(at('there', name), 'mine');
    await writeFolder(at('there'), model('two'));
    expect(
      ['notes.txt', 'onnx/model_fp16.onnx', 'config.json', 'onnx/model.onnx'].map((name) => text('there', name)),
    ).toEqual(['mine', 'mine', 'two', 'two']);
    expect(readdirSync(at('there')).sort()).toEqual(['config.json', 'notes.txt', 'onnx']);
  });

  test('what is stale goes, to another name where it is not to be lost, and nothing moves where that cannot be told', async () => {
    mkdirSync(at('stale/old'), { recursive: true });
    for (const name of ['old/lone.json', 'kept.json', 'config.json']) writeFileSync(at('stale', name), 'mine');
    const failing = writeFolder(at('stale'), model('two'), { stale: () => Promise.reject(stop) });
    await expect(failing).rejects.toMatchObject({ code: 'NOT_WRITABLE' });
    expect([text('stale/config.json'), readdirSync(at('stale')).sort()]).toEqual([
      'mine',
      ['config.json', 'kept.json', 'old'],
    ]);
    const stale = [{ path: 'old/lone.json' }, { path: 'kept.json', aside: 'kept.json.old' }, { path: 'never.json' }];
    await writeFolder(at('stale'), model('two'), { stale: () => Promise.resolve(stale) });
    expect(readdirSync(at('stale')).sort()).toEqual(['config.json', 'kept.json.old', 'onnx']);
    expect([text('stale/config.json'), text('stale/kept.json.old')]).toEqual(['two', 'mine']);
  });

  test('a link to a folder stays a link', async () => {
    mkdirSync(at('real'));
    symlinkSync(at('real'), at('link'));
    await writeFolder(at('link'), model('three'));
    expect(text('real/config.json')).toBe('three');
  });

  test.each(['absent', 'kept'])('a writer that fails leaves a folder that was %s as it was', async (name) => {
    if (name === 'kept') await writeFolder(at(name), model('old'));
    const before = readdirSync(folder);
    const failing = writeFolder(at(name), async (to) => {
      await writeFile(join(to, 'onnx/model.onnx'), 'half');
      throw stop;
    });
    await expect(failing).rejects.toBe(stop);
    expect(readdirSync(folder)).toEqual(before);
    if (name === 'kept')
      expect([text(name, 'onnx/model.onnx'), readdirSync(at(name)).sort()]).toEqual(['old', ['config.json', 'onnx']]);
  });

  test('says when it cannot write', async () => {
    writeFileSync(at('plain'), '');
    await expect(writeFolder(at('plain'), model('x'))).rejects.toMatchObject({
      code: 'NOT_WRITABLE',
      message: expect.stringContaining(at('plain')),
    });
    await expect(writeFolder(at('plain/deeper'), model('x'))).rejects.toMatchObject({ code: 'NOT_WRITABLE' });
  });

  test('a process that ends in the middle leaves nothing', async () => {
    const script = at('ends.mts');
    writeFileSync(
      script,
      `import { writeFolder } from ${JSON.stringify(join(__dirname, 'write-folder.ts'))};\nvoid writeFolder(${JSON.stringify(at('ended'))}, async () => process.exit(7));\n`,
    );
    expect(await startProcess(script, { cwd: __dirname }).exit()).toBe(7);
    expect(readdirSync(folder).filter((name) => name.startsWith('ended'))).toEqual([]);
  });
});
