import { AppError, declined, defineTool, label, safe, z } from 'ballast';
import type { MathNode } from 'mathjs/number';
import type { Apply, Engine } from './calculate-engine.ts';
import { FUNCTION_NAMES } from './calculate-functions.ts';

const CONSTANTS: ReadonlyMap<string, number> = new Map([
  ['pi', Math.PI],
  ['e', Math.E],
  ['tau', 2 * Math.PI],
]);

const MAX_CHARS = 1_000;
/** The parser uses some twenty stack frames for each open bracket. */
const MAX_NESTING = 50;
/** Hides what binary fractions add to decimal ones: 0.1 + 0.2 is 0.3. */
const DIGITS = 14;

const names = FUNCTION_NAMES.map(label).reduce((list, name) => safe`${list} ${name}`);
const allowed = safe`Write numbers, + - * / % ^ ! mod, round brackets, pi, e, tau and the functions ${names}.`;
const refuse = () => declined(safe`This is not an expression that can be calculated. ${allowed}`);

/** Loaded at the first call: the library is larger than most that a function loads at start. */
let engine: Promise<Engine> | undefined;
const loadEngine = (): Promise<Engine> =>
  (engine ??= import('./calculate-engine.ts').then(({ createEngine }) => createEngine()));

const finite = (value: unknown): number => {
  if (typeof value !== 'number') throw refuse();
  if (Number.isNaN(value))
    throw declined(safe`The expression has no real value, like the root or logarithm of a negative number.`);
  if (!Number.isFinite(value))
    throw declined(safe`A value is not finite: numbers end at about 1.8e308, and there is no log(0).`);
  return value;
};

const applied = (name: string, apply: Apply | undefined, args: readonly number[]): number => {
  if (!apply) throw refuse();
  if ((name === 'divide' || name === 'mod') && args[1] === 0) throw declined(safe`The expression divides by zero.`);
  try {
    return finite(apply(...args));
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw declined(safe`The function ${label(name)} does not take these arguments.`);
  }
};

/** The value of a tree. What is not named here is refused: strings, names, assignments, ranges, matrices, properties. */
const valueOf = (node: MathNode, { math, operators, functions }: Engine): number => {
  const visit = (at: MathNode): number => {
    if (math.isConstantNode(at)) return finite(at.value);
    if (math.isParenthesisNode(at)) return visit(at.content);
    if (math.isSymbolNode(at)) return finite(CONSTANTS.get(at.name));
    if (math.isOperatorNode(at)) return applied(at.fn, operators.get(at.fn), at.args.map(visit));
    if (math.isFunctionNode(at) && math.isSymbolNode(at.fn))
      return applied(at.fn.name, functions.get(at.fn.name), at.args.map(visit));
    throw refuse();
  };
  return visit(node);
};

const nesting = (expression: string): number => {
  let depth = 0;
  let deepest = 0;
  for (const character of expression) {
    if ('([{'.includes(character)) deepest = Math.max(deepest, (depth += 1));
    else if (')]}'.includes(character)) depth -= 1;
  }
  return deepest;
};

const parsed = (expression: string, { math }: Engine): MathNode => {
  if (nesting(expression) > MAX_NESTING) throw declined(safe`Brackets may be nested at most ${MAX_NESTING} deep.`);
  try {
    return math.parse(expression);
  } catch {
    throw refuse();
  }
};

/** Whole numbers are exact up to 2^53; one that lost digits beyond says so, because it would be read as exact. */
const format = (value: number): string => {
  if (Number.isSafeInteger(value)) return String(value);
  const rounded = Number(value.toPrecision(DIGITS));
  return Number.isInteger(value) && rounded !== value ? `about ${rounded}` : String(rounded);
};

/** Arithmetic in double precision, through a parser without `eval`; the work of one call is bounded by the length and nesting of its expression. */
export const calculate = defineTool({
  name: 'calculate',
  description:
    'Calculates an arithmetic expression, such as "12.5% * 80", "sqrt(2)^3" or "round(10 / 3, 2)". Use it for every ' +
    `calculation instead of doing it in your head. ${allowed} Angles are in radians; log is the natural logarithm, ` +
    `log(x, base) another. Gives back the value, fractions rounded to ${DIGITS} significant digits.`,
  cacheable: true,
  input: z.strictObject({ expression: z.string().check(z.minLength(1), z.maxLength(MAX_CHARS)) }),
  run: async ({ expression }) => {
    const loaded = await loadEngine();
    return format(valueOf(parsed(expression, loaded), loaded));
  },
});
