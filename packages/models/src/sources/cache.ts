/** Files already downloaded. */
export interface DownloadCache {
  get(key: readonly string[]): Promise<Uint8Array | undefined>;
  /** The first bytes of a file, at most `sniffedBytes`; undefined when it is not there. */
  start(key: readonly string[]): Promise<Uint8Array | undefined>;
  set(key: readonly string[], bytes: Uint8Array): Promise<void>;
  delete(key: readonly string[]): Promise<void>;
}
