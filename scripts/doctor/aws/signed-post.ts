import { amzDate, createSigner } from '../../../lib/aws/sign-request.ts';
import type { Clock } from '../../../lib/kernel/clock.ts';
import type { ClientConfig } from './osls-sdk.ts';

/** A service that no client is installed for, which is asked by a signed `POST /`. */
export interface PostedService {
  readonly name: 'acm' | 'kms' | 'sns';
  /** The variable that says where it is. */
  readonly variable: string;
}

export interface Poster extends Pick<ClientConfig, 'region' | 'credentials' | 'endpoint'> {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
}

/** A service refused, by the name of its refusal. */
export class Refusal extends Error {
  constructor(name: string) {
    super(`AWS refused: ${name}`);
    this.name = name;
  }
}

/** Longest time for an answer. */
const TIMEOUT_MS = 20_000;

const suffixOf = (region: string): string => (region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com');

const endpointOf = ({ name, variable }: PostedService, { endpoint, env, region }: Poster): URL =>
  new URL(endpoint ?? (env[variable] || env['AWS_ENDPOINT_URL'] || `https://${name}.${region}.${suffixOf(region)}`));

/** `com.amazonaws.kms#NotFoundException` in JSON, `<Code>NotFound</Code>` in XML. */
const refusalIn = (text: string): string =>
  /"__type"\s*:\s*"(?:[\w.]*#)?(\w{1,100})"/.exec(text)?.[1] ?? /<Code>(\w{1,100})<\/Code>/.exec(text)?.[1] ?? 'Error';

const post = async (
  service: PostedService,
  poster: Poster,
  headers: Readonly<Record<string, string>>,
  body: string,
): Promise<string> => {
  const { accessKeyId, secretAccessKey, sessionToken } = await poster.credentials();
  const url = endpointOf(service, poster);
  const at = amzDate(poster.clock.now());
  const token = sessionToken === undefined ? {} : { 'x-amz-security-token': sessionToken };
  const given: Readonly<Record<string, string>> = { ...headers, host: url.host, 'x-amz-date': at, ...token };
  const signed = Object.fromEntries(Object.entries(given).toSorted(([one], [other]) => (one < other ? -1 : 1)));
  const credentials = { accessKeyId, secretAccessKey, sessionToken: sessionToken ?? null };
  const authorization = createSigner(service.name, poster.region, credentials)(signed, body, at);
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const { host: _host, ...sent } = signed;
  const init = { method: 'POST', headers: { ...sent, authorization }, body, signal };
  const response = await fetch(new URL('/', url), init);
  const text = await response.text();
  if (!response.ok) throw new Refusal(refusalIn(text));
  return text;
};

/** One operation of AWS's JSON protocol. Rejects with a `Refusal`, or with what broke the connection. */
export const postJson = async (
  service: PostedService,
  poster: Poster,
  target: string,
  input: object,
): Promise<Readonly<Record<string, unknown>>> => {
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target };
  return JSON.parse(await post(service, poster, headers, JSON.stringify(input))) as Record<string, unknown>;
};

/** One operation of AWS's query protocol, and its answer in XML. Rejects likewise. */
export const postQuery = (
  service: PostedService,
  poster: Poster,
  form: Readonly<Record<string, string>>,
): Promise<string> =>
  post(service, poster, { 'content-type': 'application/x-www-form-urlencoded' }, new URLSearchParams(form).toString());
