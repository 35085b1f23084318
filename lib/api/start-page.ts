import { header, type HttpEvent, type HttpResponse } from '../http/types.ts';
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

/** Whether a browser asks that is to show something: no other client says that it takes HTML. */
export const wantsPage = (event: HttpEvent): boolean =>
  /(?:^|,)\s*text\/html\s*(?:;|,|$)/i.test(header(event, 'accept') ?? '');

/** Leads a browser to the console. By a relative path where the host is none, since what is said of it could be anything. */
export const toConsole = (event: HttpEvent): HttpResponse => {
  const url = urlOf(event);
  const location = url.startsWith('$') ? 'console' : `${url}/console`;
  return { statusCode: 302, headers: { location, vary: 'accept' }, body: '' };
};

/** What GET / answers: which version this is, who answers for Claude, the paths with their methods, and a call to try. */
export const startPage = (
  version: string,
  maxTimeoutMs: number,
  claude: 'real' | 'simulated',
  event: HttpEvent,
): object => {
  const { paths } = openApi(version, maxTimeoutMs) as { paths: Readonly<Record<string, object>> };
  const methods = Object.entries(paths).map(([path, item]) => [
    path,
    Object.keys(item).map((method) => method.toUpperCase()),
  ]);
  return {
    name: 'Ballast',
    version,
    claude,
    paths: Object.fromEntries(methods) as Readonly<Record<string, readonly string[]>>,
    description: '/openapi.json',
    try: `curl ${urlOf(event)}/agent/run -H "x-api-key: $BALLAST_API_KEY" -H 'content-type: application/json' -d '{"task": "What is 17 * 23?"}'`,
  };
};
