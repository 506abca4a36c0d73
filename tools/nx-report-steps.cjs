/**
 * Loaded into the process of Nx (`node --require`): reports tasks as they start and end, a line of JSON each, to file descriptor 3.
 *
 * Nx has no hook for that, so this listens to its printer of a run in a pipe; steps.spec.ts holds it against Nx itself.
 */
const { writeSync } = require('node:fs');
const path = require('node:path');

const printer = '../node_modules/nx/dist/src/tasks-runner/life-cycles/static-run-many-terminal-output-life-cycle.js';
const { prototype } = require(path.join(__dirname, printer)).StaticRunManyTerminalOutputLifeCycle;

/** @param {object} event */
const report = (event) => writeSync(3, `${JSON.stringify(event)}\n`);

/** Lets `listen` hear what a method of the printer hears, before it prints. */
const before = (method, listen) => {
  const print = prototype[method];
  prototype[method] = function (...args) {
    listen(this, ...args);
    return print?.apply(this, args);
  };
};

/** Nx leaves a time out where a task came from the cache. */
const secondsOf = ({ startTime, endTime }) =>
  startTime === undefined || endTime === undefined ? 0 : (endTime - startTime) / 1000;

before('startCommand', ({ tasks }) => report({ type: 'run', tasks: tasks.length }));
before('startTasks', (_printer, tasks) => {
  for (const { id } of tasks) report({ type: 'start', step: id });
});
before('endTasks', (_printer, results) => {
  for (const { task, status, terminalOutput } of results) {
    const output = status === 'failure' ? (terminalOutput ?? '') : '';
    report({ type: 'end', step: task.id, ...task.target, status, seconds: secondsOf(task), output });
  }
});
// What a failed task keeps from running is never started and never ends.
before('endCommand', (run) => {
  for (const { id, target } of run.skippedTasks()) report({ type: 'end', step: id, ...target, status: 'not-run' });
});
