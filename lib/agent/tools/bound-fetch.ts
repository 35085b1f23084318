import type { EgressFetch } from '../../egress/guarded-fetch.ts';
import { AppError } from '../../kernel/errors.ts';
import { matchesHost } from '../../kernel/forms/host-patterns.ts';
import { type TraceContext, traceparentOf } from '../../kernel/ids/trace-context.ts';
import { safe } from '../../kernel/redacted.ts';
import { declined } from '../define/define-tool.ts';
import { type Endpoint, type SecretHeader, staysBelow } from '../define/endpoint.ts';
import type { LoopParts } from '../loop/types.ts';
import { baseUrlOf, type Origins } from './base-url.ts';

export interface BoundFetchOptions extends Origins {
  readonly fetch: EgressFetch;
  /** The trace that a call belongs to. Default: none, and nothing of one is sent on. */
  readonly currentTrace?: () => TraceContext | undefined;
}

const withSecret = (init: RequestInit, { header, prefix }: SecretHeader, secret: string): RequestInit => {
  const headers = new Headers(init.headers);
  headers.set(header, `${prefix}${secret}`);
  return { ...init, headers };
};

/** A URL of one of the hosts. The model has often written it, or a page that was asked: it is told, and may do better. */
const openUrl = (hosts: readonly string[], text: string): URL => {
  const url = URL.parse(text);
  const isOpen = url?.protocol === 'https:' && url.username === '' && url.password === '' && url.port === '';
  if (url === null || !isOpen || !matchesHost(url.hostname, hosts))
    throw declined(safe`This URL, or the one that it leads to, cannot be asked: it is not https, or of another host.`);
  return url;
};

/** A tool that names a trace of its own keeps it. */
const withTrace = (init: RequestInit, trace: TraceContext | undefined, call: string): RequestInit => {
  const headers = new Headers(init.headers);
  if (trace === undefined || headers.has('traceparent')) return init;
  headers.set('traceparent', traceparentOf(trace, call));
  return { ...init, headers };
};

/** A stream is sent once; anything else can be sent again. */
const isRepeatable = ({ body }: { readonly body?: unknown }): boolean =>
  typeof body !== 'object' || body === null || !(Symbol.asyncIterator in body);

/**
 * A `fetch` for a tool that reaches the endpoints the tool declared and nothing else, and no path but those below their own, or no
 * URL but those of its hosts; a redirect is an error, or an answer where a tool of hosts asks for that. An endpoint with a credential gets it with each request. Where it is refused (401), the secret is read anew, and the request sent
 * once more if there is a newer one: so a rotation needs no deployment.
 */
export const boundFetch =
  ({ fetch, overrides, stage, currentTrace }: BoundFetchOptions): LoopParts['fetchFor'] =>
  (endpoints, secrets, signal, call) =>
  async (endpoint, pathAndQuery, init = {}) => {
    const declared: Endpoint | undefined = Object.hasOwn(endpoints, endpoint) ? endpoints[endpoint] : undefined;
    const { hosts = null, network = 'public' } = declared ?? {};
    const bound: RequestInit = {
      ...(hosts === null ? withTrace(init, currentTrace?.(), call) : init),
      redirect: hosts !== null && init.redirect === 'manual' ? 'manual' : 'error',
      signal: init.signal ? AbortSignal.any([signal, init.signal]) : signal,
    };
    if (hosts !== null) return fetch(openUrl(hosts, pathAndQuery), bound);
    if (declared === undefined || !pathAndQuery.startsWith('/'))
      throw new AppError('internal', safe`A tool asked for an endpoint that it does not declare.`);
    const [path = ''] = pathAndQuery.split(/[?#]/, 1);
    // What stands in a path the model has often written: it is told, and may do better.
    if (path !== '/' && !staysBelow(path))
      throw declined(
        safe`A part of the input cannot stand in the path of a URL: it has a slash, a backslash or dots alone.`,
      );
    const base = baseUrlOf(declared, { overrides, stage });
    const url = new URL(`${base.url}${pathAndQuery}`);
    // Who configures the stage may have a stand-in in a network of their own.
    const reach = base.isStandIn ? 'private' : network;
    const { authorization } = declared;
    if (authorization === null) return fetch(url, bound, reach);
    const secret = await secrets.get(authorization.secret);
    const response = await fetch(url, withSecret(bound, authorization, secret), reach);
    if (response.status !== 401 || !isRepeatable(init)) return response;
    const newer = await secrets.refresh(authorization.secret).catch(() => secret);
    if (newer === secret) return response;
    await response.body?.cancel();
    return fetch(url, withSecret(bound, authorization, newer), reach);
  };
