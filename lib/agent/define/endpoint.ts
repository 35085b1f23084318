import { isProtectedUrl } from '../../kernel/origins.ts';

/** A header that holds a secret of the tool. */
export interface SecretHeader {
  /** Its name, in lower case. */
  readonly header: string;
  /** What stands before the secret in it. */
  readonly prefix: string;
  /** One of the tool's `secrets`. */
  readonly secret: string;
}

/** Where a tool may reach, and what lets it in. */
export interface Endpoint {
  /** Base URL. */
  readonly url: string;
  /** Goes with each request to this endpoint, and nowhere else; `null`: nothing does. */
  readonly authorization: SecretHeader | null;
}

/** As a tool declares it: a URL alone, or with its credential. */
export type EndpointOptions = string | { readonly url: string; readonly authorization?: SecretHeader };

/** `Authorization: Bearer <secret>`. */
export const bearer = (secret: string): SecretHeader => ({ header: 'authorization', prefix: 'Bearer ', secret });

/** A header of another name that holds the secret alone, as in `x-api-key: <secret>`. Throws a TypeError where no header has that name. */
export const secretHeader = (header: string, secret: string): SecretHeader => {
  if (!/^[A-Za-z0-9-]{1,64}$/.test(header)) throw new TypeError('A header has a name of A-Z a-z 0-9 and -.');
  return { header: header.toLowerCase(), prefix: '', secret };
};

/** The endpoint with every option decided. Throws a TypeError where its URL is none, or would send a secret unprotected. */
export const endpointOf = (options: EndpointOptions): Endpoint => {
  const { url, authorization = null } = typeof options === 'string' ? { url: options } : options;
  new URL(url);
  if (authorization !== null && !isProtectedUrl(url))
    throw new TypeError(`${url}: an endpoint with a secret needs https, or http on this machine.`);
  return { url, authorization };
};
