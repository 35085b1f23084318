/** A value at one instant; `null`: there is none. */
export type Value = number | null;

type Functions = Readonly<Record<string, (values: readonly Value[]) => Value>>;

const isThere = (value: Value): value is number => value !== null;
const sum = (values: readonly Value[]): Value =>
  values.some(isThere) ? values.filter(isThere).reduce((a, b) => a + b, 0) : null;

const FUNCTIONS: Functions = {
  IF: ([condition = null, then = null, otherwise = null]) =>
    condition === null ? null : condition === 0 ? otherwise : then,
  FILL: ([value = null, filling = null]) => value ?? filling,
  SUM: sum,
  MAX: (values) => (values.some(isThere) ? Math.max(...values.filter(isThere)) : null),
};

const OPERATORS: Readonly<Record<string, (a: number, b: number) => number>> = {
  '>=': (a, b) => Number(a >= b),
  '<=': (a, b) => Number(a <= b),
  '>': (a, b) => Number(a > b),
  '<': (a, b) => Number(a < b),
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
};

/** From the weakest to the strongest. */
const LEVELS = [
  ['>=', '<=', '>', '<'],
  ['+', '-'],
  ['*', '/'],
] as const;

/** The little of CloudWatch's metric math that the alarms use. Throws where it is more. */
export const evaluate = (expression: string, variables: Readonly<Record<string, Value>>): Value => {
  const tokens = expression.match(/>=|<=|[-+*/()<>,]|\d+(?:\.\d+)?|\w+/g) ?? [];
  let at = 0;
  const take = (expected?: string): string => {
    const token = tokens[at] ?? '';
    if (expected !== undefined && token !== expected) throw new Error(`${expression}: ${expected} is missing.`);
    at += 1;
    return token;
  };
  const list = (): Value[] => {
    const values: Value[] = [];
    while (tokens[at] !== ')') {
      values.push(binary(0));
      if (tokens[at] === ',') take();
    }
    take(')');
    return values;
  };
  const primary = (): Value => {
    const token = take();
    if (token === '(') return list()[0] ?? null;
    if (/^\d/.test(token)) return Number(token);
    if (tokens[at] === '(') {
      take('(');
      if (token === 'SUM' && tokens[at] === 'METRICS') {
        at += 3;
        take(')');
        return sum(Object.values(variables));
      }
      const act = FUNCTIONS[token];
      if (act === undefined) throw new Error(`${expression}: there is no ${token}.`);
      return act(list());
    }
    const value = variables[token];
    if (value === undefined) throw new Error(`${expression}: there is no ${token}.`);
    return value;
  };
  const binary = (level: number): Value => {
    const operators: readonly string[] | undefined = LEVELS[level];
    if (operators === undefined) return primary();
    let left = binary(level + 1);
    while (operators.includes(tokens[at] ?? '')) {
      const operator = take();
      const right = binary(level + 1);
      left = left === null || right === null ? null : (OPERATORS[operator]?.(left, right) ?? null);
    }
    return left;
  };
  const value = binary(0);
  if (at !== tokens.length) throw new Error(`${expression}: it does not end.`);
  return value;
};

/** What a composite alarm's rule says of the alarms that are on, by their names. */
export const isComposed = (rule: string, on: ReadonlySet<string>): boolean => {
  const text = rule
    .replaceAll(/ALARM\("([^"]+)"\)/g, (_, name: string) => (on.has(name) ? '1' : '0'))
    .replaceAll(/\s+/g, ' ')
    .trim();
  const inner = (part: string): string => {
    let next = part;
    for (let before = ''; before !== next;) {
      before = next;
      next = next
        .replaceAll(/\((\d)\)/g, '$1')
        .replaceAll(/NOT (\d)/g, (_, value: string) => (value === '1' ? '0' : '1'))
        .replace(/(\d) AND (\d)/, (_, a: string, b: string) => String(Number(a) & Number(b)))
        .replace(/(^|\()(\d) OR (\d)(?=$|\)| OR)/, (_, open: string, a: string, b: string) => {
          return open + String(Number(a) | Number(b));
        });
    }
    return next;
  };
  const verdict = inner(text);
  if (!/^[01]$/.test(verdict)) throw new Error(`${rule} is more than this reads.`);
  return verdict === '1';
};
