/**
 * Gives the memory of an array back now, where the garbage collector would some day: a thread that has nothing to do may keep it for hours. The
 * array is empty from then on, so it must be nobody else's. Sending it to a port that nobody holds the other end of is what frees it.
 */
export const releaseMemory = ({ buffer }: Uint8Array | Float32Array): void => {
  if (buffer.byteLength === 0 || !(buffer instanceof ArrayBuffer) || typeof MessageChannel === 'undefined') return;
  const { port1, port2 } = new MessageChannel();
  port2.close();
  port1.postMessage(undefined, [buffer]);
  port1.close();
};
