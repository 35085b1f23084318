const TOKEN = /\s*(?:(\d+(?:\.\d+)?)|([-+*/%^()]))/y;

const tokensOf = (expression: string): (number | string)[] | null => {
  const tokens: (number | string)[] = [];
  const token = new RegExp(TOKEN);
  while (expression.slice(token.lastIndex).trim() !== '') {
    const [, number, sign = ''] = token.exec(expression) ?? [];
    if (number === undefined && sign === '') return null;
    tokens.push(number === undefined ? sign : Number(number));
  }
  return tokens;
};

const LEVELS: readonly Readonly<Record<string, (a: number, b: number) => number>>[] = [
  { '+': (a, b) => a + b, '-': (a, b) => a - b },
  { '*': (a, b) => a * b, '/': (a, b) => a / b, '%': (a, b) => a % b },
];

/** The value of a sum, or null where it is none or not finite. Powers bind tighter than signs, and from the right. */
export const calculated = (expression: string): number | null => {
  const tokens = tokensOf(expression) ?? [];
  const take = (wanted: string): boolean => tokens[0] === wanted && tokens.shift() !== undefined;
  const atom = (): number => {
    if (take('(')) {
      const value = level(0);
      return take(')') ? value : NaN;
    }
    const number = tokens.shift();
    return typeof number === 'number' ? number : NaN;
  };
  const power = (): number => {
    const base = atom();
    return take('^') ? base ** signed() : base;
  };
  const signed = (): number => (take('-') ? -signed() : power());
  const level = (at: number): number => {
    const operators = LEVELS[at];
    if (!operators) return signed();
    let value = level(at + 1);
    for (;;) {
      const apply = operators[String(tokens[0])];
      if (!apply) return value;
      tokens.shift();
      value = apply(value, level(at + 1));
    }
  };
  const value = level(0);
  return tokens.length === 0 && Number.isFinite(value) ? value : null;
};
