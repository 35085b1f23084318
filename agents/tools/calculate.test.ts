import { AppError, z } from 'ballast';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calculate } from './calculate.ts';

const run = async (expression: string) => calculate.run(z.parse(calculate.input, { expression }) as never, {} as never);

const refusal = async (expression: string): Promise<string> => {
  const error: unknown = await run(expression).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(AppError);
  expect(error).toMatchObject({ code: 'invalid-request' });
  return (error as AppError).message;
};

describe('calculate', () => {
  it.each([
    ['0.1 + 0.2', '0.3'],
    ['-2^2', '-4'],
    ['2^3^2', '512'],
    ['2^-1', '0.5'],
    ['7 - 3 - 2', '2'],
    ['8 / 4 / 2', '1'],
    ['-7 mod 3', '2'],
    ['12.5% * 80', '10'],
    ['5!', '120'],
    ['2 pi', '6.2831853071796'],
    ['tau - 2 pi', '0'],
    ['1 / 3', '0.33333333333333'],
    ['round(10 / 3, 2)', '3.33'],
    ['sqrt(2)^2', '2'],
    ['log(8, 2)', '3'],
    ['cbrt(-8)', '-2'],
    ['max(3, 9, 4) - min(3, 9, 4)', '6'],
    ['median(1, 2, 9)', '2'],
    ['gcd(12, 18) * lcm(4, 6)', '72'],
    ['0 * -1', '0'],
    ['1e3 + 0x10', '1016'],
    [Array(500).fill('1').join('+'), '500'],
  ])('gives %s its value', async (expression, value) => {
    expect(await run(expression)).toBe(value);
  });

  it('says of a whole number that it was rounded, because it would be read as exact', async () => {
    expect(await run('2^50')).toBe('1125899906842624');
    expect(await run('2^54')).toBe('about 18014398509482000');
    expect(await run('10^20')).toBe('100000000000000000000');
  });

  it.each(['1 / 0', '5 mod 0', 'mod(5, 0)', '1 / (2 - 2)', '1 / (1 / 0)'])(
    'says that %s divides by zero',
    async (x) => {
      expect(await refusal(x)).toMatch(/divides by zero/);
    },
  );

  it.each(['sqrt(-1)', '(-8)^(1/3)', 'log(-1)', 'asin(2)'])('says that %s has no real value', async (expression) => {
    expect(await refusal(expression)).toMatch(/no real value/);
  });

  it.each(['9^9^9^9', '171!', '1e999', '0^-1', 'log(0)', `5${'!'.repeat(999)}`, 'atan(1e999)'])(
    'says that %s is not finite',
    async (expression) => {
      expect(await refusal(expression)).toMatch(/not finite/);
    },
  );

  it.each(['max()', 'cos(1, 2)', 'gcd(2.5, 1)', 'factorial(-1)', 'round(1, 400)'])(
    'says that %s has arguments that do not fit',
    async (expression) => {
      expect(await refusal(expression)).toMatch(/does not take these arguments/);
    },
  );

  it.each([
    ['cos.constructor("return process")()', 'property access'],
    ['cos["constructor"]', 'an index'],
    ['{}.constructor', 'an object'],
    ['constructor', 'an inherited name'],
    ['__proto__', 'an inherited name'],
    ['toString()', 'an inherited function'],
    ['hasOwnProperty(1)', 'an inherited function'],
    ['import(1)', 'import'],
    ['createUnit("x")', 'createUnit'],
    ['evaluate("1")', 'evaluate'],
    ['parse("1")', 'parse'],
    ['simplify("1")', 'simplify'],
    ['derivative("x", "x")', 'derivative'],
    ['add(1, 2)', 'a function that only an operator names'],
    ['combinations(1e9, 5e8)', 'a function whose time grows with its argument'],
    ['a = 1', 'an assignment'],
    ['f(x) = x', 'a function definition'],
    ['1:1000000000', 'a range'],
    ['[1, 2]', 'a matrix'],
    ['"a"', 'a string'],
    ['"1" + "2"', 'strings'],
    ['true', 'a boolean'],
    ['1 < 2', 'a comparison'],
    ['1 ? 2 : 3', 'a condition'],
    ['1; 2', 'two expressions'],
    ['1 to 2', 'a conversion'],
    ['cos', 'a function itself'],
    ['pi(3)', 'a constant called'],
    ['\u0663 + \u0664', 'digits of another script'],
    ['２ + ２', 'full-width digits'],
    ['2 +', 'an unfinished expression'],
    [' ', 'nothing'],
    ['# 1', 'a comment alone'],
  ])('refuses %s (%s), says what is allowed and does not repeat it', async (expression) => {
    const message = await refusal(expression);
    expect(message).toMatch(/^This is not an expression that can be calculated\. Write numbers, .* sqrt /);
    if (expression.length > 6) expect(message).not.toContain(expression);
  });

  it('takes fifty brackets, one in another, and refuses more, of every kind', async () => {
    const nested = (open: string, depth: number, close: string) => `${open.repeat(depth)}1${close.repeat(depth)}`;
    expect(await run(nested('(', 50, ')'))).toBe('1');
    expect(await refusal(nested('(', 51, ')'))).toMatch(/at most 50 deep/);
    expect(await refusal(nested('abs(', 51, ')'))).toMatch(/at most 50 deep/);
    expect(await refusal(nested('[', 51, ']'))).toMatch(/at most 50 deep/);
    expect(await refusal('('.repeat(1_000))).toMatch(/at most 50 deep/);
  });

  it.each(['-'.repeat(999) + '1', '1^'.repeat(499) + '1'])('survives a chain of a thousand characters', async (x) => {
    expect(await run(x)).toMatch(/^-?1$/);
  });

  it('takes 1 to 1,000 characters and no other field', () => {
    const accepts = (input: unknown) => z.safeParse(calculate.input, input).success;
    expect(accepts({ expression: '1'.repeat(1_000) })).toBe(true);
    expect(accepts({ expression: '1'.repeat(1_001) })).toBe(false);
    expect(accepts({ expression: '' })).toBe(false);
    expect(accepts({ expression: '1', scope: {} })).toBe(false);
  });

  it('either calculates or declines, whatever it is given', async () => {
    const piece = fc.constantFrom(
      ...'()[]{}+-*/^%!.,:;=<>?&|~\'"#0123456789eEi \n'.split(''),
      'sin',
      'pi',
      'log(',
      ' mod ',
      '\u0660',
    );
    const expression = fc.string({ unit: piece, minLength: 1, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(expression, async (text) => {
        const result: unknown = await run(text).catch((thrown: unknown) => thrown);
        if (result instanceof AppError) expect(result.code).toBe('invalid-request');
        else expect(result).toMatch(/^(about )?-?\d+(\.\d+)?(e[+-]\d+)?$/);
      }),
      { seed: 20_261_120, numRuns: 2_000 },
    );
  });
});
