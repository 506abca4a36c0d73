/**
 * Which file may import which: no circles between files or folders, types counted, and an order of rooms inside the packages that have
 * many. `npx depcruise packages/NAME/src` says what breaks a rule. Which package may import which is said in `eslint.config.mjs`.
 */

/** Rooms of a package, ground first: a room imports only those above it in its list, and of the files beside the rooms `errors.ts` alone. */
const ORDERED_ROOMS = {
  models: [
    'sources',
    'weights',
    'datasets',
    'metrics',
    'images',
    'tokenizer',
    'architectures',
    'low-rank',
    'tasks',
    'examples',
    'priors',
    'folder',
    'model',
    'latency',
    'scoring',
    'search',
    'training',
    'training/distillation',
    'training/adaptation',
    'predictor',
    'reranking',
    'worker',
    'zero-shot',
    'pipeline',
  ],
  cli: [
    'chart',
    'picture',
    'context',
    'engine',
    'data',
    'run-folder',
    'choice',
    'bench',
    'search',
    'compress',
    'factorise',
    'train',
    'distill',
    'adapt',
    'evaluate',
    'export',
    'inspect',
    'predict',
    'rerank',
    'embed',
    'demo',
  ],
};

/** Matches the files of a room, those of rooms inside it that have a place of their own in the list left out. */
const filesOf = (room, rooms) => {
  const inside = rooms.filter((other) => other.startsWith(`${room}/`)).map((other) => other.slice(room.length));
  return inside.length === 0 ? `${room}/` : `${room}(?!${inside.join('|')})/`;
};

const roomRules = ([name, rooms]) => {
  const src = `^packages/${name}/src/`;
  const any = `${src}(${rooms.join('|')})/`;
  return [
    ...rooms.slice(0, -1).map((room, at) => ({
      name: `${name}-room-order`,
      comment: `${room}/ stands before what it imports; move what both need into the earlier room.`,
      severity: 'error',
      from: { path: src + filesOf(room, rooms) },
      to: {
        path: `${src}(${rooms
          .slice(at + 1)
          .map((later) => filesOf(later, rooms))
          .join('|')})`,
      },
    })),
    {
      name: `${name}-room-imports-no-door`,
      comment: 'A room imports other rooms by their files, and of the files beside the rooms errors.ts alone.',
      severity: 'error',
      from: { path: any },
      to: { path: `${src}[^/]+$`, pathNot: `${src}errors\\.ts$` },
    },
    {
      name: `${name}-room-is-listed`,
      comment: 'Give the new room a place in ORDERED_ROOMS of .dependency-cruiser.cjs.',
      severity: 'error',
      from: {},
      to: { path: `${src}[^/]+/`, pathNot: any },
    },
  ];
};

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'Move what both files need into a third one.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-folder-cycles',
      comment: 'Move what both folders need into the one that the other imports.',
      severity: 'error',
      scope: 'folder',
      from: {},
      to: { circular: true },
    },
    ...Object.entries(ORDERED_ROOMS).flatMap(roomRules),
  ],
  options: {
    tsPreCompilationDeps: true, // a type that is imported counts
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '\\.spec\\.ts$|^packages/[^/]+/src/testing/' },
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      conditionNames: ['@length-adaptive/source', 'import', 'require', 'node', 'default'],
      extensions: ['.ts', '.js', '.mjs', '.json'],
    },
  },
};
