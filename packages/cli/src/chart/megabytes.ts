/** Bytes as people read them: `12.3`; empty where they are not known. */
export const megabytes = (bytes: number | undefined): string => (bytes === undefined ? '' : (bytes / 1e6).toFixed(1));
