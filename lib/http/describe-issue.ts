import type * as z from 'zod/mini';
import type { FieldIssue } from '../kernel/errors.ts';
import { label, type Redacted, safe } from '../kernel/redacted.ts';

/** The types that JSON can have, and what schemas make of them. */
const TYPES: Readonly<Record<string, Redacted>> = {
  string: safe`a string`,
  number: safe`a number`,
  int: safe`a whole number`,
  boolean: safe`a boolean`,
  array: safe`an array`,
  object: safe`an object`,
  record: safe`an object`,
  null: safe`null`,
};

/** What is counted: one of it, and any other number. */
const UNITS: Readonly<Record<string, readonly [one: Redacted, many: Redacted]>> = {
  string: [safe`character`, safe`characters`],
  array: [safe`item`, safe`items`],
  set: [safe`item`, safe`items`],
};

const typed = (type: string): Redacted => TYPES[type] ?? safe`of type ${label(type)}`;

const counted = (value: number | bigint, origin: string): Redacted => {
  const unit = UNITS[origin]?.[value === 1 || value === 1n ? 0 : 1];
  return unit === undefined ? safe`${value}` : safe`${value} ${unit}`;
};

/** The types that the alternatives of a union would take. */
const expected = (alternatives: readonly (readonly z.core.$ZodIssue[])[]): Redacted => {
  const issues = alternatives.flat().filter(({ path }) => path.length === 0);
  const types = new Set(issues.flatMap((issue) => ('expected' in issue ? [typed(issue.expected)] : [])));
  return types.size === 0
    ? safe`one of the documented forms`
    : [...types].reduce((all, type) => safe`${all} or ${type}`);
};

/** One line about what is wrong and what is allowed. It never quotes the value. */
const describe = (issue: z.core.$ZodIssue): Redacted => {
  switch (issue.code) {
    case 'invalid_type':
      return safe`must be ${typed(issue.expected)}`;
    case 'too_big':
      return safe`must be at most ${counted(issue.maximum, issue.origin)}`;
    case 'too_small':
      return safe`must be at least ${counted(issue.minimum, issue.origin)}`;
    case 'unrecognized_keys':
      return safe`is not a known field`;
    case 'invalid_value': {
      const allowed = label(issue.values.map((value) => String(value)).join('/'));
      return issue.values.length === 1 ? safe`must be ${allowed}` : safe`must be one of ${allowed}`;
    }
    case 'invalid_union':
      return safe`must be ${expected(issue.errors)}`;
    case 'custom':
      return (issue.params?.['says'] as Redacted | undefined) ?? safe`is not valid`;
    default:
      return safe`is not valid`;
  }
};

const pathOf = (parts: readonly PropertyKey[]): string => parts.map(String).join('.').slice(0, 200);

type Wrong = readonly [path: readonly PropertyKey[], issue: z.core.$ZodIssue];

function* wrongFields(
  issues: readonly z.core.$ZodIssue[],
  within: readonly PropertyKey[] = [],
): Generator<Wrong, void, undefined> {
  for (const issue of issues) {
    const path = [...within, ...issue.path];
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) yield [[...path, key], issue];
      continue;
    }
    // An alternative that takes the value's type is the one that was meant: what is wrong is inside.
    const meant =
      issue.code === 'invalid_union' &&
      issue.errors.find((each) => each.length > 0 && each.every((inner) => inner.path.length > 0));
    if (meant) yield* wrongFields(meant, path);
    else yield [path, issue];
  }
}

/** So many fields are named: whoever sent more has not made that many mistakes by hand. */
const MAX_NAMED = 20;

/** How many fields of a refused value are wrong. */
export const countIssues = (issues: readonly z.core.$ZodIssue[]): number => {
  let count = 0;
  for (const _ of wrongFields(issues)) count += 1;
  return count;
};

/**
 * The issues of a refused value, each with the path of its field; an unknown field is named itself. Past the 20th they
 * are only counted, in an issue of the whole value.
 */
export const describeIssues = (issues: readonly z.core.$ZodIssue[]): FieldIssue[] => {
  const first = wrongFields(issues).take(MAX_NAMED);
  const named = [...first.map(([path, issue]) => ({ path: pathOf(path), message: describe(issue) }))];
  const more = countIssues(issues) - named.length;
  return more === 0 ? named : [...named, { path: '', message: safe`has ${more} more invalid field(s)` }];
};
