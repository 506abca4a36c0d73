/** Whether node_modules is what package-lock.json asks for, by the list of what it holds that npm keeps in it. Plain Node: it runs before anything is installed. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** @typedef {{ readonly version?: string, readonly integrity?: string, readonly optional?: boolean, readonly devOptional?: boolean, readonly link?: boolean }} LockedPackage */

/**
 * The packages of a lock file, by their place.
 *
 * @param {string} file
 * @returns {Record<string, LockedPackage>}
 */
const packagesOf = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;

/**
 * Whether every package that the lock file asks for is there in that version. One that is optional may be absent: it may be for another platform.
 *
 * @param {string} root the folder of package-lock.json and node_modules
 */
export const treeMatchesLock = (root) => {
  const installed = path.join(root, 'node_modules/.package-lock.json');
  if (!existsSync(installed)) return false;
  const there = packagesOf(installed);
  return Object.entries(packagesOf(path.join(root, 'package-lock.json'))).every(
    ([place, { version, integrity, optional, devOptional, link }]) => {
      if (link === true || !place.includes('node_modules/')) return true; // the workspace itself
      const found = there[place];
      return found === undefined
        ? optional === true || devOptional === true
        : found.version === version && found.integrity === integrity;
    },
  );
};
