interface WithProcess {
  readonly process?: { getBuiltinModule?(name: string): unknown };
}

/** A built-in module of Node, Bun or Deno; undefined in a browser. No `import`, so bundlers for the web have nothing to resolve. */
export const nodeBuiltin = <Module>(name: string): Partial<Module> | undefined =>
  (globalThis as WithProcess).process?.getBuiltinModule?.(name) as Partial<Module> | undefined;
