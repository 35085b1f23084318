import type * as z from 'zod/mini';
import type { FieldIssue } from '../kernel/errors.ts';
import { label, safe, type Redacted } from '../kernel/redacted.ts';

const UNIT: Readonly<Record<string, Redacted>> = {
  string: safe`characters`,
  array: safe`items`,
  set: safe`items`,
  number: safe``,
  int: safe``,
};

const amount = (value: number | bigint, origin: string): Redacted => {
  const unit = UNIT[origin] ?? safe``;
  return unit === '' ? safe`${value}` : safe`${value} ${unit}`;
};

/** The types that the alternatives of a union would take. */
const expected = (alternatives: readonly (readonly z.core.$ZodIssue[])[]): Redacted => {
  const types = alternatives.flatMap((issues) =>
    issues.flatMap((issue) => ('expected' in issue ? [issue.expected] : [])),
  );
  return types.length === 0
    ? safe`one of the documented forms`
    : types.map(label).reduce((all, one) => safe`${all} or ${one}`);
};

/** One line about what is wrong and what is allowed. It never quotes the value. */
const describe = (issue: z.core.$ZodIssue): Redacted => {
  switch (issue.code) {
    case 'invalid_type':
      return safe`must be ${label(issue.expected)}`;
    case 'too_big':
      return safe`must be at most ${amount(issue.maximum, issue.origin)}`;
    case 'too_small':
      return safe`must be at least ${amount(issue.minimum, issue.origin)}`;
    case 'unrecognized_keys':
      return safe`is not a known field`;
    case 'invalid_value':
      return safe`must be one of ${label(issue.values.map((value) => String(value)).join('/'))}`;
    case 'invalid_union':
      return safe`must be ${expected(issue.errors)}`;
    case 'custom':
      return (issue.params?.['says'] as Redacted | undefined) ?? safe`is not valid`;
    default:
      return safe`is not valid`;
  }
};

const pathOf = (parts: readonly PropertyKey[]): string => parts.map(String).join('.').slice(0, 200);

/** The issues of a refused value, each with the path of its field; an unknown field is named itself. */
export const describeIssues = (issues: readonly z.core.$ZodIssue[]): FieldIssue[] =>
  issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({ path: pathOf([...issue.path, key]), message: describe(issue) }))
      : [{ path: pathOf(issue.path), message: describe(issue) }],
  );
