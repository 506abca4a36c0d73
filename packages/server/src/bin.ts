#!/usr/bin/env node
import { main } from './main.js';

// Threads may keep the process alive: end it once everything is written.
void main(process.argv.slice(2)).then((code) =>
  process.stdout.write('', () => process.stderr.write('', () => process.exit(code))),
);
