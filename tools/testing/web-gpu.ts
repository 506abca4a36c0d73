/** What `tools/jest-environment.cjs` found for a spec that asks for WebGPU in its first comment: `@jest-environment-options {"webGpu": true}`. */
interface WebGpuFound {
  readonly webGpu?: { readonly missing?: string; readonly adapter?: string };
}

const found = (): NonNullable<WebGpuFound['webGpu']> =>
  (globalThis as WebGpuFound).webGpu ?? { missing: 'the spec did not ask for WebGPU' };

/** Why there is no WebGPU here; undefined where there is, then `navigator.gpu` is Dawn's. */
export const webGpuMissing = (): string | undefined => found().missing;

/** What WebGPU computes on here. */
export const webGpuAdapter = (): string => found().adapter ?? 'no adapter';
