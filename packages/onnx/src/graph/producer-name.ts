/** What a file names as its producer, at its beginning. */
export const producerName = 'length-adaptive';
