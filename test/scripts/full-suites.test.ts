import { expect, it } from 'vitest';
import { chosenSuites } from '../../scripts/full-suites.ts';
import { Misused } from '../../scripts/read-options.ts';

const namesOf = (...args: string[]) => chosenSuites(args).suites.map(({ name }) => name);

it('the full run is all of its parts, and only that is a proof', () => {
  expect(namesOf()).toEqual(['everything', 'dynamodb-local']);
  expect(chosenSuites([]).isProof).toBe(true);
  expect(chosenSuites(['--only', 'everything']).isProof).toBe(false);
});

it('a part can be run alone, and files of it', () => {
  expect(namesOf('--only', 'dynamodb-local')).toEqual(['dynamodb-local']);
  const { suites } = chosenSuites(['--only', 'dynamodb-local', 'test/contracts/memory.test.ts']);
  expect(suites).toMatchObject([{ files: ['test/contracts/memory.test.ts'], env: { ENGINE: 'dynamodb-local' } }]);
});

it.each([[['--only', 'nothing']], [['--other']], [['test/budget']]])('%j is answered with how it is used', (args) => {
  expect(() => chosenSuites(args)).toThrow(Misused);
  expect(() => chosenSuites(args)).toThrow(/--only everything\|dynamodb-local/);
});
