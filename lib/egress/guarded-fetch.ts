import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import { request as requestPlain } from 'node:http';
import { request as requestEncrypted } from 'node:https';
import { pipeline, Readable, type Transform } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { allowedAddresses, type Lookup, type Network, pinnedTo } from './pinned-addresses.ts';

/** As `fetch` is, but it follows no redirect: `init.redirect` is `manual`, or one is an error. `network`: by default the internet. */
export type EgressFetch = (url: URL, init: RequestInit, network?: Network) => Promise<Response>;

/** A host leads to no address that may be connected to. Nothing was sent. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused';
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** Answers that have no body. */
const EMPTY: ReadonlySet<number> = new Set([204, 205, 304]);

/** What the connection says, not who makes the request. */
const OF_THE_CONNECTION: ReadonlySet<string> = new Set(['connection', 'content-length', 'host', 'transfer-encoding']);

const DECODERS: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

const headersOf = (request: Request): Record<string, string> => ({
  accept: '*/*',
  'accept-encoding': 'gzip, deflate, br',
  'user-agent': 'ballast',
  ...Object.fromEntries([...request.headers].filter(([name]) => !OF_THE_CONNECTION.has(name))),
});

const receivedHeaders = ({ rawHeaders }: IncomingMessage): Headers => {
  const headers = new Headers();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) headers.append(rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '');
  return headers;
};

const bodyOf = (incoming: IncomingMessage): ReadableStream => {
  const decoder = DECODERS[incoming.headers['content-encoding']?.trim().toLowerCase() ?? ''];
  // Whoever reads it hears of what breaks.
  const decoded = decoder === undefined ? incoming : pipeline(incoming, decoder(), () => undefined);
  return Readable.toWeb(decoded);
};

const responseOf = (incoming: IncomingMessage, method: string): Response => {
  const { statusCode: status = 0, statusMessage: statusText = '' } = incoming;
  const isEmpty = EMPTY.has(status) || method === 'HEAD';
  if (isEmpty) incoming.resume();
  const body = isEmpty ? null : (bodyOf(incoming) as ConstructorParameters<typeof Response>[0]);
  return new Response(body, { status, statusText, headers: receivedHeaders(incoming) });
};

const isStream = (body: unknown): boolean => typeof body === 'object' && body !== null && Symbol.asyncIterator in body;

const failed = (cause: unknown): TypeError => new TypeError('fetch failed', { cause });

/** Sends a request on a connection of its own, and resolves with the head of its answer. */
const send = (
  request: Request,
  { body, options }: { readonly body: Uint8Array | Readable | null; readonly options: RequestOptions },
): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const url = new URL(request.url);
    const open: (url: URL, options: RequestOptions) => ClientRequest =
      url.protocol === 'https:' ? requestEncrypted : requestPlain;
    const sent = open(url, options);
    sent.once('error', reject);
    sent.once('response', resolve);
    if (body instanceof Readable) pipeline(body, sent, () => undefined);
    else sent.end(body ?? undefined);
  });

/**
 * A `fetch` that connects to allowed addresses only. The host is looked up once and the connection is made to what was found, so
 * neither a name that leads into a private network nor one that changes in between gets there. Rejects as `fetch` does.
 */
export const createGuardedFetch =
  ({ lookup }: { readonly lookup: Lookup }): EgressFetch =>
  async (url, init, network = 'public') => {
    const hasStream = isStream(init.body);
    const { signal: given, ...rest } = init;
    const request = new Request(url, { ...rest, redirect: 'manual', ...(hasStream ? { duplex: 'half' } : {}) });
    const signal = given ?? new AbortController().signal;
    signal.throwIfAborted();
    try {
      const addresses = await allowedAddresses(lookup, url.hostname, network, signal);
      if (addresses.length === 0) throw new AddressRefused('the host leads to no address that may be reached');
      const { body: stream } = request;
      const body =
        stream === null ? null : hasStream ? Readable.fromWeb(stream) : new Uint8Array(await request.arrayBuffer());
      const length = body instanceof Uint8Array ? { 'content-length': String(body.byteLength) } : {};
      const headers = { ...headersOf(request), ...length };
      const options = { method: request.method, headers, agent: false as const, lookup: pinnedTo(addresses), signal };
      const incoming = await send(request, { body, options });
      if (init.redirect === 'manual' || !REDIRECTS.has(incoming.statusCode ?? 0))
        return responseOf(incoming, request.method);
      incoming.destroy();
      throw new Error('unexpected redirect');
    } catch (error) {
      throw signal.aborted ? signal.reason : failed(error);
    }
  };
