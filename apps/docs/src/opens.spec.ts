import { architectureNames } from '@length-adaptive/models/engine';
import { taskDefinitions } from '@length-adaptive/models/predict';
import { abouts, familiesTable, tasksTable } from './opens.js';

test('every family that the packages know has a row, with what it was compared with', () => {
  expect(Object.keys(abouts).sort()).toEqual(architectureNames().sort());
  const rows = familiesTable().split('\n').slice(2);
  expect(rows).toHaveLength(architectureNames().length);
  for (const row of rows) expect(row).toMatch(/reference numbers/);
});

test('every task has a row, with its class', () => {
  expect(tasksTable()).toMatch(/`question-answering` \| `…ForQuestionAnswering`/);
  expect(tasksTable().split('\n')).toHaveLength(taskDefinitions().length + 2);
});
