import { build } from 'esbuild';
import { root } from './published.js';

interface Bundle {
  readonly bytes: number;
  readonly text: string;
  /** Modules that gave at least one byte. */
  readonly modules: readonly string[];
  /** Packages that the bundle still imports. */
  readonly imports: readonly string[];
  readonly exports: readonly string[];
}

/** Bundles a line of code as an app would, from what the packages' builds put into `dist`. */
const bundle = async (code: string, external: readonly string[] = []): Promise<Bundle> => {
  const result = await build({
    stdin: { contents: code, resolveDir: root },
    absWorkingDir: root,
    bundle: true,
    write: false,
    minifySyntax: true, // names stay as they are
    minifyWhitespace: true,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    external: [...external],
    logLevel: 'silent',
  });
  const [output] = Object.values(result.metafile.outputs);
  const text = result.outputFiles[0]?.text ?? '';
  return {
    text,
    bytes: text.length,
    modules: Object.entries(output?.inputs ?? {}).flatMap(([file, { bytesInOutput }]) =>
      bytesInOutput > 0 && file !== '<stdin>' ? [file] : [],
    ),
    imports: [...new Set((output?.imports ?? []).map((one) => one.path))],
    exports: output?.exports ?? [],
  };
};

/** These names of `search`, and what they need. */
const searchBundle = async (names: readonly string[]): Promise<Bundle> =>
  bundle(`export { ${names.join(', ')} } from '@length-adaptive/search';`);

describe('@length-adaptive/search', () => {
  /** What a bundle declares of what the package exports; where two declarations have one name, esbuild puts a 2 behind the second. */
  const declares = ({ text }: Bundle, exported: readonly string[]): string[] => {
    const declared = new Set(
      [...text.matchAll(/(?:\b(?:var|let|const|function|class) |,)([A-Za-z_$][\w$]*)(?==|\(|\{)/g)].map(
        ([, name]) => name,
      ),
    );
    return exported.filter((name) => declared.has(name) || declared.has(`${name}2`)).sort();
  };
  let names: readonly string[];
  let all: Bundle;
  beforeAll(async () => {
    names = (await bundle(`export * from '@length-adaptive/search';`)).exports;
    all = await searchBundle(names);
  });

  it('nsga2 alone brings no other algorithm, no space, no operator, no indicator and no search', async () => {
    expect(names.length).toBeGreaterThan(40);
    expect(declares(all, names)).toEqual([...names].sort());
    const alone = await searchBundle(['nsga2']);
    const parts = ['constrainedSort', 'crowdingDistance', 'fillFromFronts', 'nonDominatedSort', 'nsga2'];
    expect(declares(alone, names)).toEqual(parts); // what NSGA-II is made of
    expect(alone.imports).toEqual([]);
    expect(alone.modules.filter((file) => !file.startsWith('packages/search/dist/'))).toEqual([]);
    expect(alone.bytes).toBeLessThan(all.bytes / 8);
  });

  it('a sub-path brings nothing of the others', async () => {
    const svg = await bundle(`export { frontSvg } from '@length-adaptive/search/svg';`);
    expect(svg.text).not.toMatch(/nsga|zdt/i);
    expect(svg.imports).toEqual([]);
  });

  it('importing it for nothing leaves nothing', async () => {
    expect((await bundle(`import '@length-adaptive/search';`)).bytes).toBe(0);
  });
});

describe('@length-adaptive/core', () => {
  it('lengths and costs bring no TensorFlow.js', async () => {
    const { imports, modules, bytes } = await bundle(`export { cost } from '@length-adaptive/core/lengths';`);
    expect(imports).toEqual([]);
    expect(modules.filter((file) => !file.startsWith('packages/core/dist/'))).toEqual([]);
    expect(bytes).toBeLessThan(6000);
  });

  it('one loss brings no encoder and no trainer', async () => {
    const tfjs = ['@tensorflow/tfjs'];
    const [one, all] = [
      await bundle(`export { crossEntropy } from '@length-adaptive/core';`, tfjs),
      await bundle(`import * as all from '@length-adaptive/core'; console.log(all);`, tfjs),
    ];
    expect(one.imports).toEqual(tfjs);
    expect(one.bytes).toBeLessThan(all.bytes / 8);
  });

  it.each(['encoder', 'lengths', 'random', 'training'])('all of %s brings no TensorFlow.js', async (door) => {
    const { imports, modules, bytes } = await bundle(
      `import * as all from '@length-adaptive/core/${door}'; console.log(all);`,
    );
    expect(imports).toEqual([]);
    expect(modules.filter((file) => !file.startsWith('packages/core/dist/'))).toEqual([]);
    expect(bytes).toBeGreaterThan(500);
  });
});

describe('@length-adaptive/models', () => {
  it.each(['engine', 'files', 'predict', 'tokenizer'])('all of %s brings no TensorFlow.js', async (door) => {
    const { imports, modules, bytes } = await bundle(
      `import * as all from '@length-adaptive/models/${door}'; console.log(all);`,
    );
    expect(imports).toEqual([]);
    expect(modules.filter((file) => file.includes('tensorflow'))).toEqual([]);
    expect(bytes).toBeGreaterThan(5000);
  });

  it('files bring no tokenizer, tokenizers no files', async () => {
    const [files, tokenizer] = [
      await bundle(`export { readModelDirectory } from '@length-adaptive/models/files';`),
      await bundle(`export { createTokenizer } from '@length-adaptive/models/tokenizer';`),
    ];
    expect(files.modules.some((file) => file.includes('@huggingface/tokenizers'))).toBe(false);
    expect(tokenizer.modules.some((file) => file.includes('@huggingface/tokenizers'))).toBe(true);
    expect(tokenizer.text).not.toMatch(/safetensors/i);
  });
});

describe('@length-adaptive/onnx', () => {
  const runtimes = ['onnxruntime-node', 'onnxruntime-web'];
  /** Words that stand in code that trains: inputs and outputs of its graphs here, what `models` says of training. */
  const trainingHere = [/gradient\./, /label_weight/, /state_weights/];
  const trainingInModels = [/TEACHER_MISMATCH/, /distill(?!ed\b|ation_|\])/i, /epoch/]; // the losses of a task, `distilled` among them, stand with it; the second token of a DeiT is named so
  const found = (words: readonly RegExp[], { text }: Bundle): RegExp[] => words.filter((word) => word.test(text));

  it('predicting brings no TensorFlow.js and no training', async () => {
    const predicting = await bundle(`export { loadOnnx } from '@length-adaptive/onnx';`, runtimes);
    expect(predicting.imports.filter((name) => !runtimes.includes(name))).toEqual([]);
    expect(predicting.modules.filter((file) => file.includes('tensorflow'))).toEqual([]);
    expect(found([...trainingHere, ...trainingInModels], predicting)).toEqual([]);
  });

  it('all of it brings no TensorFlow.js, and trains', async () => {
    const all = await bundle(`import * as all from '@length-adaptive/onnx'; console.log(all);`, runtimes);
    expect(all.imports.filter((name) => !runtimes.includes(name))).toEqual([]);
    expect(all.modules.filter((file) => file.includes('tensorflow'))).toEqual([]);
    expect(found(trainingHere, all)).toEqual(trainingHere);
    const models = await bundle(`import * as all from '@length-adaptive/models/train'; console.log(all);`, [
      '@tensorflow/tfjs',
    ]);
    expect(found(trainingInModels, models)).toEqual(trainingInModels);
  });
});
