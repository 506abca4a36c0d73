import { withBase } from 'vitepress';

/** Has the service worker keep what the reader opens, this page first. */
export const keepForOffline = async (): Promise<void> => {
  if (import.meta.env.DEV || !('serviceWorker' in navigator)) return;
  try {
    await navigator.serviceWorker.register(withBase('/service-worker.js'));
    const { active } = await navigator.serviceWorker.ready;
    active?.postMessage([location.href, ...performance.getEntriesByType('resource').map(({ name }) => name)]);
  } catch {
    // Browsers refuse in private windows: the site works, only not without a network.
  }
};
