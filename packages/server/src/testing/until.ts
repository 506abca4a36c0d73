/** Waits until something holds, looking every few milliseconds. */
export const until = async (holds: () => boolean, milliseconds = 20_000): Promise<void> => {
  const end = Date.now() + milliseconds;
  while (!holds()) {
    if (Date.now() > end) throw new Error(`waited ${milliseconds} ms in vain`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};
