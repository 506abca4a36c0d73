/** The file that makes a folder an adapter's. */
export const adapterConfig = 'adapter_config.json';
