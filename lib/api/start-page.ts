import { header, type HttpEvent } from '../http/types.ts';
import { openApi } from './openapi.ts';

/** What a host may look like in a call to copy: what a client sends as one could be anything. */
const HOST = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i;

/** What the platform knows of the request's way here, which is no part of the API's own. */
interface Context {
  /** With the stage before it, where the stage is a part of the path. */
  readonly path?: string;
}

const urlOf = (event: HttpEvent): string => {
  const host = header(event, 'host') ?? '';
  if (!HOST.test(host)) return '$BALLAST_URL';
  const scheme = header(event, 'x-forwarded-proto') === 'https' ? 'https' : 'http';
  const { path = '/' } = (event.requestContext ?? {}) as Context;
  return `${scheme}://${host}${path === '/' ? '' : path.replace(/\/$/, '')}`;
};

/** What GET / answers: which version this is, its paths with their methods, and a call to try. */
export const startPage = (version: string, maxTimeoutMs: number, event: HttpEvent): object => {
  const { paths } = openApi(version, maxTimeoutMs) as { paths: Readonly<Record<string, object>> };
  const methods = Object.entries(paths).map(([path, item]) => [
    path,
    Object.keys(item).map((method) => method.toUpperCase()),
  ]);
  return {
    name: 'Ballast',
    version,
    paths: Object.fromEntries(methods) as Readonly<Record<string, readonly string[]>>,
    description: '/openapi.json',
    try: `curl ${urlOf(event)}/agent/run -H "x-api-key: $BALLAST_API_KEY" -H 'content-type: application/json' -d '{"task": "What is 17 * 23?"}'`,
  };
};
