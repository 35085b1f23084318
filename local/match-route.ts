import { withoutEndSlash } from '../lib/http/types.ts';
import { AppError } from '../lib/kernel/errors.ts';
import { safe } from '../lib/kernel/redacted.ts';
import type { Route } from './routes.ts';

export interface Match {
  readonly route: Route;
  /** Decoded once; `null` where the template has none. */
  readonly pathParameters: Readonly<Record<string, string>> | null;
}

/**
 * Finds the route of a request. Throws an `AppError`: `invalid-request` for a percent-escape that does not decode,
 * `not-found`, or `method-not-allowed` with what the path does allow.
 */
export type MatchRoute = (method: string, path: string) => Match;

interface Resource {
  readonly segments: readonly string[];
  readonly routes: Map<string, Route>;
}

const PARAMETER = /^\{(\w+)(\+?)\}$/;

/** A letter per segment, smaller for the more specific one: API Gateway prefers a literal to a parameter, that to the rest. */
const rank = (segment: string): string => {
  const parameter = PARAMETER.exec(segment);
  if (parameter === null) return 'a';
  return parameter[2] === '' ? 'b' : 'c';
};
const specificity = ({ segments }: Resource): string => segments.map(rank).join('');

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new AppError('invalid-request', safe`The path contains a percent-escape that does not decode.`);
  }
};

const bind = (template: readonly string[], path: readonly string[]): Record<string, string> | null => {
  const bound: [string, string][] = [];
  for (const [at, segment] of template.entries()) {
    const [, name, greedy] = PARAMETER.exec(segment) ?? [];
    const here = greedy ? path.slice(at).join('/') : path[at];
    if (name === undefined ? here !== segment : !here) return null;
    if (name !== undefined && here !== undefined) bound.push([name, here]);
    if (greedy) return Object.fromEntries(bound);
  }
  return template.length === path.length ? Object.fromEntries(bound) : null;
};

const resourcesOf = (routes: readonly Route[]): Resource[] => {
  const byTemplate = Map.groupBy(routes, ({ template }) => template);
  return [...byTemplate]
    .map(([template, own]) => ({
      segments: template.split('/').slice(1),
      routes: new Map(own.map((route) => [route.method, route])),
    }))
    .sort((a, b) => (specificity(a) < specificity(b) ? -1 : 1));
};

export const createMatchRoute = (routes: readonly Route[]): MatchRoute => {
  const resources = resourcesOf(routes);
  return (method, path) => {
    const segments = withoutEndSlash(path).split('/').slice(1).map(decoded);
    for (const { segments: template, routes: methods } of resources) {
      const bound = bind(template, segments);
      if (bound === null) continue;
      const route = methods.get(method) ?? methods.get('ANY');
      if (route === undefined) {
        throw new AppError('method-not-allowed', safe`This path does not take this method.`, {
          allow: [...methods.keys()].sort(),
        });
      }
      return { route, pathParameters: Object.keys(bound).length === 0 ? null : bound };
    }
    throw new AppError('not-found', safe`There is no such path.`);
  };
};
