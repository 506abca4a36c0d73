/** The root `postinstall`: remembers which package-lock.json node_modules was installed from. */
import { writeStamp } from './lib/setup.mjs';

writeStamp();
