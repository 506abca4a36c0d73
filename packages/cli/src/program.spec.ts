import { createProgram } from './program.js';

it('says its version and what it is for', () => {
  const program = createProgram();
  expect(program.version()).toMatch(/^\d+\.\d+\.\d+/);
  expect(program.helpInformation()).toContain('length-adaptive models');
});
