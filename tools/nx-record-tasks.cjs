const { mkdirSync, writeFileSync } = require('node:fs');
const { dirname } = require('node:path');
const { readCachedProjectGraph } = require('@nx/devkit');

/** The tasks of a run over all projects that Nx left out because something they depend on failed: it reports nothing about them. */
const tasksNotRun = (done) => {
  const known = new Set(done.map(({ project, target }) => `${project}:${target}`));
  const targets = [...new Set(done.map(({ target }) => target))];
  return Object.values(readCachedProjectGraph().nodes).flatMap(({ name, data }) =>
    targets
      .filter((target) => target in (data.targets ?? {}) && !known.has(`${name}:${target}`))
      .map((target) => ({ project: name, target, status: 'not-run' })),
  );
};

/** Nx plugin: where RECORD_TASKS names a file, the result of every task of the run is written there (`npm test` counts them). */
module.exports = {
  name: 'record-tasks',
  postTasksExecution: (_options, { taskResults }) => {
    const file = process.env.RECORD_TASKS;
    if (!file) return;
    const done = Object.values(taskResults).map(({ task, status }) => ({
      project: task.target.project,
      target: task.target.target,
      status,
      seconds:
        task.startTime === undefined || task.endTime === undefined ? undefined : (task.endTime - task.startTime) / 1000,
    }));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify([...done, ...tasksNotRun(done)], null, 2)}\n`);
  },
};
