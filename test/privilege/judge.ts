import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../made-once.ts';
import { onlyOnAws } from './only-on-aws.ts';
import { allows, type Grant, grantsOf, uses } from './policy.ts';
import type { RecordedRequest } from './recorded-aws.ts';

/** The statements of each function's role, by the function's name. */
export type Roles = ReadonlyMap<string, readonly unknown[]>;

const written = (name: string, { action, resource, key }: Grant): string =>
  `${name}: ${action} ${resource}${key === null ? '' : ` ${key}`}`;

const of = (requests: readonly RecordedRequest[], name: string) => requests.filter(({ by }) => by === name);

const distinct = (lines: readonly string[]): string[] => [...new Set(lines)].toSorted();

/** What was asked for, and the role of the function that asked does not grant. */
export const denied = (roles: Roles, requests: readonly RecordedRequest[]): string[] =>
  distinct(
    requests
      .filter((request) => !(roles.get(request.by) ?? []).some((statement) => allows(statement, request)))
      .map(({ by, action, resource, leadingKeys }) =>
        written(by, { action, resource, key: leadingKeys?.join() ?? null }),
      ),
  );

/** What is granted, and was not asked for. */
export const unasked = (roles: Roles, requests: readonly RecordedRequest[]): string[] =>
  distinct(
    [...roles].flatMap(([name, statements]) => {
      const own = of(requests, name);
      return statements
        .flatMap(grantsOf)
        .filter((grant) => !own.some((request) => uses(grant, request)))
        .map((grant) => written(name, grant));
    }),
  );

/** What no test can see a function ask for, of all functions. */
export const exceptions = (roles: Roles): string[] =>
  distinct([...roles.keys()].flatMap((name) => onlyOnAws(name).map((grant) => written(name, grant))));

/** The kinds of items that there are, by the patterns of their partition keys: those of the list in docs/data.md. */
const kindsOfItems = (): ReadonlySet<string> =>
  new Set(
    readFileSync(join(ROOT, 'docs/data.md'), 'utf8')
      .split('\n')
      .filter((line) => /^\| (?:runs|control|ledger) +\|/.test(line))
      .flatMap((line) => [...(line.split('|')[2] ?? '').matchAll(/`([^`]+)`/g)].map(([, kind = '']) => kind)),
  );

/** Grants of items that are bounded by no key, or by more than one kind of items has. Indices are bounded by what they hold. */
export const unbounded = (roles: Roles): string[] => {
  const kinds = kindsOfItems();
  const isWide = ({ action, resource, key }: Grant) =>
    action.startsWith('dynamodb:') && !resource.includes('/index/') && (key === null || !kinds.has(key));
  return distinct(
    [...roles].flatMap(([name, statements]) =>
      statements
        .flatMap(grantsOf)
        .filter(isWide)
        .map((grant) => written(name, grant)),
    ),
  );
};
