import { expect, it } from 'vitest';
import { chosenSuites } from '../../scripts/full-suites.ts';
import { Misused } from '../../scripts/read-options.ts';

const namesOf = (...args: string[]) => chosenSuites(args).suites.map(({ name }) => name);

it('the full run is all of its parts, and only that is a proof', () => {
  expect(namesOf()).toEqual(['everything', 'dynamodb-local', 'sdk']);
  expect(chosenSuites([]).isProof).toBe(true);
  expect(chosenSuites(['--only', 'everything']).isProof).toBe(false);
});

it('a part can be run alone, and files of it', () => {
  expect(namesOf('--only', 'sdk')).toEqual(['sdk']);
  const { suites } = chosenSuites(['--only', 'sdk', 'test/contracts/memory.test.ts']);
  expect(suites).toMatchObject([{ files: ['test/contracts/memory.test.ts'], env: { DYNAMODB_CLIENT: 'sdk' } }]);
});

it.each([[['--only', 'nothing']], [['--other']], [['test/budget']]])('%j is answered with how it is used', (args) => {
  expect(() => chosenSuites(args)).toThrow(Misused);
  expect(() => chosenSuites(args)).toThrow(/--only everything\|dynamodb-local\|sdk/);
});
