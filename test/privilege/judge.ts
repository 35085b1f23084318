import { listed } from '../readme/data-page.ts';
import { onlyOnAws } from './only-on-aws.ts';
import { allows, type Grant, grantsOf, isGranted, matches, uses } from './policy.ts';
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
      .filter((request) => !isGranted(roles.get(request.by) ?? [], request))
      .map(({ by, action, resource, leadingKeys, context }) =>
        written(by, { action, resource, key: leadingKeys?.join() ?? context?.['kms:ViaService'] ?? null }),
      ),
  );

/** Statements without which a request would be denied. */
export const needed = (statements: readonly unknown[], requests: readonly RecordedRequest[]): ReadonlySet<unknown> =>
  new Set(
    requests.flatMap((request) => {
      const [first, ...others] = statements.filter((statement) => allows(statement, request));
      return first !== undefined && others.length === 0 ? [first] : [];
    }),
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

/**
 * Grants of items that no key bounds, or a pattern that is not within one of docs/data.md, which has one for each kind of
 * items. What an index holds is bounded by what it projects.
 */
export const unbounded = (roles: Roles): string[] => {
  // A wildcard of the narrower pattern is only ever matched by one of the wider.
  const isOfKind = (key: string) => listed.some(({ partition }) => matches(partition, key));
  const isWide = ({ action, resource, key }: Grant) =>
    action.startsWith('dynamodb:') && !resource.includes('/index/') && (key === null || !isOfKind(key));
  return distinct(
    [...roles].flatMap(([name, statements]) =>
      statements
        .flatMap(grantsOf)
        .filter(isWide)
        .map((grant) => written(name, grant)),
    ),
  );
};
