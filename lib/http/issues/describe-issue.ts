import type * as z from 'zod/mini';
import type { FieldIssue } from '../../kernel/errors.ts';
import { nearestName, withHint } from '../../kernel/nearest-name.ts';
import { label, type Redacted, safe } from '../../kernel/redacted.ts';
import { knownFields } from './known-fields.ts';

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

type Wrong = readonly [path: readonly PropertyKey[], issue: z.core.$ZodIssue];

/** What was refused, and by which schema. */
export interface RefusedValue {
  readonly schema: z.core.$ZodType;
  readonly value: unknown;
}

/** Whether the object around a field has no such field. */
const isMissing = (value: unknown, path: readonly PropertyKey[]): boolean => {
  let at = value;
  for (const [depth, step] of path.entries()) {
    if (typeof at !== 'object' || at === null) return false;
    if (!Object.hasOwn(at, step)) return depth === path.length - 1;
    at = (at as Readonly<Record<PropertyKey, unknown>>)[step];
  }
  return false;
};

/** One line about what is wrong and what is allowed. It never quotes the value. */
const describe = ([path, issue]: Wrong, refused: RefusedValue | undefined): Redacted => {
  if (issue.code !== 'custom' && isMissing(refused?.value, path)) return safe`is missing`;
  switch (issue.code) {
    case 'invalid_type':
      return safe`must be ${typed(issue.expected)}`;
    case 'too_big':
      return safe`must be at most ${counted(issue.maximum, issue.origin)}`;
    case 'too_small':
      return safe`must be at least ${counted(issue.minimum, issue.origin)}`;
    case 'unrecognized_keys':
      return withHint(safe`is not a known field`, refused === undefined ? null : nearestField(refused, path));
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

const nearestField = ({ schema }: RefusedValue, path: readonly PropertyKey[]): string | null =>
  nearestName(String(path.at(-1)), new Set(knownFields(schema, path.slice(0, -1))));

const pathOf = (parts: readonly PropertyKey[]): string => parts.map(String).join('.').slice(0, 200);

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

/** So many fields are wrong, as a part of a sentence. */
export const invalidFields = (count: number): Redacted =>
  count === 1 ? safe`1 invalid field` : safe`${count} invalid fields`;

/** How many fields of a refused value are wrong. */
export const countIssues = (issues: readonly z.core.$ZodIssue[]): number => {
  let count = 0;
  for (const _ of wrongFields(issues)) count += 1;
  return count;
};

/**
 * The issues of a refused value, each with the path of its field; an unknown field is named itself. Past the 20th they
 * are only counted, in an issue of the whole value. With what was `refused`, a missing field is told from a wrong one, and
 * an unknown field gets a hint at the one that is probably meant.
 */
export const describeIssues = (issues: readonly z.core.$ZodIssue[], refused?: RefusedValue): FieldIssue[] => {
  const first = wrongFields(issues).take(MAX_NAMED);
  const named = [...first.map((wrong) => ({ path: pathOf(wrong[0]), message: describe(wrong, refused) }))];
  const more = countIssues(issues) - named.length;
  return more === 0
    ? named
    : [...named, { path: '', message: safe`has ${more} more invalid ${more === 1 ? safe`field` : safe`fields`}` }];
};
