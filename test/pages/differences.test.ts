import { expect, it } from 'vitest';
import { differences } from '../../pages/console/admin/differences.ts';

it.each([
  ['a value that changed', '5', '6', [{ name: 'f', removed: ['5'], added: ['6'] }]],
  ['a value that came', null, '6', [{ name: 'f', removed: [], added: ['6'] }]],
  ['a value that went', 7, null, [{ name: 'f', removed: ['7'], added: [] }]],
  ['what is no text, as JSON', false, true, [{ name: 'f', removed: ['false'], added: ['true'] }]],
  ['the items of a list that came and went', ['a', 'b'], ['b', 'c'], [{ name: 'f', removed: ['a'], added: ['c'] }]],
  [
    'a list in another order, as a whole',
    ['a', 'b'],
    ['b', 'a'],
    [{ name: 'f', removed: ['["a","b"]'], added: ['["b","a"]'] }],
  ],
  ['the items of a list where there was none', null, ['a', 'b'], [{ name: 'f', removed: [], added: ['a', 'b'] }]],
  ['the members of an object where there was none', null, { m: ['a'] }, [{ name: 'f.m', removed: [], added: ['a'] }]],
  ['a list of nothing where there was none', null, [], [{ name: 'f', removed: [], added: ['[]'] }]],
  ['that nothing is left in a list', ['a'], [], [{ name: 'f', removed: ['a'], added: ['[]'] }]],
  [
    'an instant as one',
    null,
    1_803_859_200_000,
    [{ name: 'expiresAt', removed: [], added: ['2027-03-01T00:00:00.000Z'] }],
  ],
  ['the items of a list that went', ['a'], null, [{ name: 'f', removed: ['a'], added: [] }]],
  [
    'the members of an object alone that are not the same',
    { m: ['a'], n: ['b'], gone: 1 },
    { m: ['a'], n: ['b', 'c'] },
    [
      { name: 'f.n', removed: [], added: ['c'] },
      { name: 'f.gone', removed: ['1'], added: [] },
    ],
  ],
  ['nothing where nothing changed', { a: [1] }, { a: [1] }, []],
])('an audited change shows %s', (_title, from, to, shown) => {
  expect(differences(shown[0]?.name.split('.')[0] ?? 'f', from, to)).toEqual(shown);
});
