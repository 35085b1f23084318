import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calculate } from './calculate.ts';

const run = async (expression: string): Promise<string> => {
  try {
    return String(await calculate.run({ expression } as never, {} as never));
  } catch (error) {
    return (error as Error).message;
  }
};

type Tree = number | { readonly op: '+' | '-' | '*' | '/'; readonly left: Tree; readonly right: Tree };
const RANK = { '+': 1, '-': 1, '*': 2, '/': 2 } as const;

/** `null` where anything is divided by zero, be it in a part that an infinity would hide. */
const valueOf = (tree: Tree): number | null => {
  if (typeof tree === 'number') return tree;
  const [left, right] = [valueOf(tree.left), valueOf(tree.right)];
  if (left === null || right === null || (tree.op === '/' && right === 0)) return null;
  if (tree.op === '+') return left + right;
  if (tree.op === '-') return left - right;
  return tree.op === '*' ? left * right : left / right;
};

/** With no brackets but those that are needed, so that precedence and associativity are put to the test. */
const written = (tree: Tree, rank = 0): string => {
  if (typeof tree === 'number') return tree < 0 ? `(${tree})` : String(tree);
  const own = RANK[tree.op];
  const text = `${written(tree.left, own)} ${tree.op} ${written(tree.right, own + 1)}`;
  return own < rank ? `(${text})` : text;
};

const trees = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.integer({ min: -99_999, max: 99_999 }).map((cents) => cents / 100),
    fc.record({ op: fc.constantFrom('+', '-', '*', '/'), left: tie('tree'), right: tie('tree') }),
  ),
})).tree;

describe('calculate, against a naive reference', () => {
  it('agrees on random sums, differences, products and quotients', async () => {
    await fc.assert(
      fc.asyncProperty(trees, async (tree) => {
        const expected = valueOf(tree);
        const text = await run(written(tree));
        if (expected === null) expect(text).toBe('The expression divides by zero.');
        else if (Number.isSafeInteger(expected)) expect(text).toBe(String(expected));
        else expect(Number(text.replace('about ', ''))).toBe(Number(expected.toPrecision(14)));
      }),
      { seed: 20_261_120, numRuns: 2_000 },
    );
  });
});
