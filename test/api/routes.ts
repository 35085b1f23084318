import { readFileSync } from 'node:fs';
import { readRoutes } from '../../local/routes.ts';

/** The arguments of one request. */
export interface Knock {
  readonly target: string;
  readonly init: RequestInit & { readonly method: string };
}

const MESSAGES = { model: 'claude-sonnet-5-5', messages: [{ role: 'user', content: 'a' }] };
/** A run, a message, a count: each route takes one of them and refuses the others. */
const BODIES: readonly object[] = [{ task: 'a' }, { ...MESSAGES, max_tokens: 1_000 }, MESSAGES];
const FORMS: readonly Readonly<Record<string, string>>[] = [{}, { accept: 'text/event-stream' }];

const posts = BODIES.flatMap((body) =>
  FORMS.map((form) => ({
    method: 'POST',
    headers: { 'content-type': 'application/json', ...form },
    body: JSON.stringify(body),
  })),
);
const others = [
  { method: 'GET' },
  { method: 'PUT', headers: { 'content-type': 'application/json' }, body: '{}' },
  { method: 'DELETE' },
];

/**
 * Requests for every path of `serverless.yml`, by each method, with every body that calls a model somewhere;
 * `parameters` stand for those of the paths.
 */
export const knocks = (parameters: Readonly<Record<string, string>>): Knock[] =>
  readRoutes(readFileSync(new URL('../../serverless.yml', import.meta.url), 'utf8')).flatMap(({ template }) => {
    const target = template.replaceAll(/\{(\w+)\+?\}/g, (_, name: string) => parameters[name] ?? 'unknown');
    return [...posts, ...others].map((init) => ({ target, init }));
  });
