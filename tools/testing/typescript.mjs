/** `node --import` of this runs TypeScript sources, in worker threads as well: tsx alone stays in the main thread. */
import { register } from 'tsx/esm/api';

register();
