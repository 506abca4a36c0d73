/** Reads `[file, ...]`, prints for each the names of the projects that `nx affected --files=FILE` would run: one graph for all of them. */
import { createProjectGraphAsync } from '@nx/devkit';
import { readFileSync } from 'node:fs';
import { filterAffected } from 'nx/src/project-graph/affected/affected-project-graph.js';
import { calculateFileChanges } from 'nx/src/project-graph/file-utils.js';

const graph = await createProjectGraphAsync({ exitOnError: true });
const affected = [];
for (const file of JSON.parse(readFileSync(0, 'utf8'))) {
  const { nodes } = await filterAffected(graph, calculateFileChanges([file]));
  affected.push(Object.keys(nodes).sort());
}
console.log(JSON.stringify(affected));
process.exit(0);
