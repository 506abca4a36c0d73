/** The file that says how images become what a model reads. */
export const preprocessorFileName = 'preprocessor_config.json';
