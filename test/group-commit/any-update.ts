import * as fc from 'fast-check';
import { type Item, n, s } from '../../lib/dynamodb/attributes.ts';
import type { ItemUpdate } from '../../lib/group-commit/compose.ts';

/** Attributes that are numbers, and such as are texts: so few that updates meet. */
const NUMBERS = ['day', 'month', 'tat'];
const TEXTS = ['r#1', 'r#2', 'z#1', 'expires'];

const amount = fc.bigInt({ min: -4n, max: 6n });
const text = fc.constantFrom('one', 'two');
const some = <T>(names: readonly string[], value: fc.Arbitrary<T>) =>
  fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 2, noNullPrototype: true });
const names = (of: readonly string[]) => fc.uniqueArray(fc.constantFrom(...of), { maxLength: 2 });
const asTexts = (values: Record<string, string>): Item =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, s(value)]));

export const anyItem: fc.Arbitrary<Item> = fc
  .tuple(some(NUMBERS, fc.bigInt({ min: -2n, max: 8n })), some(TEXTS, text))
  .map(([numbers, texts]) => ({
    ...Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, n(value)])),
    ...asTexts(texts),
  }));

/** One that DynamoDB takes: it names no attribute twice in its change, and assumes something. */
export const anyUpdate: fc.Arbitrary<ItemUpdate> = fc
  .record({
    set: some(TEXTS, text),
    setNumber: some(NUMBERS, amount),
    add: some(NUMBERS, amount),
    remove: names(TEXTS),
    equal: some(TEXTS, text),
    has: names([...NUMBERS, ...TEXTS]),
    lacks: names(TEXTS),
    atMost: some(NUMBERS, fc.bigInt({ min: -2n, max: 12n })),
    atLeast: some(NUMBERS, fc.bigInt({ min: -4n, max: 4n })),
    picked: fc.tuple(...[2, 2, 4, 4, 4, 4, 4].map((one) => fc.nat(one - 1).map((of) => of === 0))),
  })
  .map(({ set, setNumber, add, remove, equal, has, lacks, atMost, atLeast, picked }) => {
    // Few clauses each, or hardly any would hold.
    const [withText, withNumber, withGone, withEqual, withThere, withFree, withLeast] = picked;
    const numbers = withNumber ? Object.entries(setNumber) : [];
    const sets = {
      ...(withText ? asTexts(set) : {}),
      ...Object.fromEntries(numbers.map(([name, to]) => [name, n(to)])),
    };
    const adds = Object.entries(add).filter(([name]) => sets[name] === undefined);
    return {
      change: {
        set: sets,
        add: Object.fromEntries(adds),
        remove: withGone ? remove.filter((name) => sets[name] === undefined) : [],
      },
      assumed: {
        equal: withEqual ? asTexts(equal) : {},
        has: withThere ? has : [],
        lacks: ['never', ...(withFree ? lacks : [])],
        atMost,
        atLeast: withLeast ? atLeast : {},
      },
    };
  })
  .filter(({ change: { set, add, remove = [] } }) =>
    [set, add, remove].some((part) => Object.keys(part ?? {}).length > 0),
  );
