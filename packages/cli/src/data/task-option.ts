import { calledTask, findTask, taskDefinitions } from '@length-adaptive/models';
import { choice } from '../context/option.js';
import type { Option } from '../context/option.js';

/** Chooses a task, by its name or by what else it is called; those that were registered are among them. */
export const taskOption = (description: string): Option<string | undefined> => {
  const listed = choice(taskDefinitions().map(calledTask), description, undefined);
  return {
    ...listed,
    read: (given) => {
      const found = typeof given === 'string' ? findTask(given) : undefined;
      return found && calledTask(found);
    },
  };
};
