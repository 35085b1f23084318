import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../kernel/clock.ts';
import type { Connection, ServiceName } from './connection.ts';
import { type Answer, createExchange } from './exchange.ts';
import { AwsFailure } from './failure.ts';
import { amzDate, createSigner, type Credentials } from './sign-request.ts';

/** How a service wants to be spoken to: AWS's JSON protocol, in one of its two versions. */
export interface Dialect {
  readonly service: ServiceName;
  /** What precedes the operation in `x-amz-target`. */
  readonly target: string;
  readonly version: '1.0' | '1.1';
  /** Longest time without a word of the answer. */
  readonly idleTimeoutMs: number;
}

export interface JsonService {
  /**
   * One operation, tried once, with its input as it goes over the wire. Rejects with an AwsFailure, or with what broke the
   * connection; then it may have been done.
   */
  send(operation: string, input: object, signal?: AbortSignal): Promise<Readonly<Record<string, unknown>>>;
  destroy(): void;
}

/** Above this difference it is the clock by which a signature was refused; a signature holds for five minutes. */
const MAX_SKEW_MS = 240_000;
const SKEWED = new Set([
  'InvalidSignatureException',
  'RequestExpired',
  'RequestInTheFuture',
  'RequestTimeTooSkewed',
  'SignatureDoesNotMatch',
]);

/** Names of refusals of credentials that have run out, or are not known any more. */
const SPENT = new Set(['ExpiredToken', 'ExpiredTokenException', 'InvalidClientTokenId', 'UnrecognizedClientException']);

const parse = (text: string): Readonly<Record<string, unknown>> | null => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
};

/** What has no name of the service's: a proxy's page, half of an answer. */
const UNREADABLE = 'UnreadableAnswer';

/** `com.amazonaws.dynamodb.v20120810#ValidationException`, or `ValidationException:http://…` in a header. */
const nameOf = (type: unknown): string =>
  typeof type === 'string' ? (/[^#:,]+(?=[:,]|$)/.exec(type)?.[0] ?? UNREADABLE) : UNREADABLE;

const read = ({ status, headers, text }: Answer): Readonly<Record<string, unknown>> => {
  const value = parse(text);
  if (status === 200 && value !== null) return value;
  // What was done is not known where the body of a success cannot be read.
  if (status === 200) throw new AwsFailure(UNREADABLE, null);
  throw new AwsFailure(
    nameOf(headers['x-amzn-errortype'] ?? value?.['__type'] ?? value?.['code']),
    status,
    value ?? {},
  );
};

/**
 * The part of the SDK that a hot path needs: operations signed and sent over kept connections, answers and refusals read.
 * It costs a third of the SDK's CPU (see docs/performance.md) and some 5 KB at start.
 */
export const createJsonService = (dialect: Dialect, connection: Connection, clock: Clock): JsonService => {
  const { service, target, version, idleTimeoutMs } = dialect;
  const { endpoint, region, renewed = () => null } = connection;
  const { host } = new URL(endpoint);
  const signing = (credentials: Credentials) => ({
    credentials,
    token: credentials.sessionToken === null ? {} : { 'x-amz-security-token': credentials.sessionToken },
    sign: createSigner(service, region, credentials),
  });
  let current = signing(connection.credentials);
  const exchange = createExchange({ endpoint, idleTimeoutMs, clock });
  /** What the service's clock is ahead of this machine's, as far as it is known to matter. */
  let skewMs = 0;

  const post = async (operation: string, body: string, signal?: AbortSignal): Promise<Answer> => {
    const at = amzDate(clock.now() + skewMs);
    const { token, sign } = current;
    const signed = { host, 'x-amz-date': at, ...token, 'x-amz-target': `${target}.${operation}` };
    const headers = {
      ...signed,
      'content-type': `application/x-amz-json-${version}`,
      'content-length': String(Buffer.byteLength(body)),
      authorization: sign(signed, body, at),
    };
    return await exchange.post(Object.entries(headers).flat(), body, signal);
  };

  /** Takes over the service's time where a refusal shows that the time it was signed with is wrong; whether it was. */
  const correctClock = (error: unknown, { headers }: Answer, signedMs: number): boolean => {
    if (!(error instanceof AwsFailure) || !SKEWED.has(error.name)) return false;
    const trueMs = Date.parse(headers.date ?? '') - clock.now();
    if (!(Math.abs(trueMs - signedMs) > MAX_SKEW_MS)) return false;
    skewMs = trueMs;
    return true;
  };

  /** Takes over the credentials that are in the place of those that a refusal calls spent; whether there are any. */
  const renew = (error: unknown, used: typeof current): boolean => {
    if (!(error instanceof AwsFailure) || !SPENT.has(error.name)) return false;
    const next = current === used ? renewed() : null;
    if (next !== null && !isDeepStrictEqual(next, used.credentials)) current = signing(next);
    return current !== used;
  };

  return {
    async send(operation, input, signal) {
      const body = JSON.stringify(input);
      const [signedMs, used] = [skewMs, current];
      const answer = await post(operation, body, signal);
      try {
        return read(answer);
      } catch (error) {
        // What was refused for its signature was not done: to send it again is harmless.
        if (correctClock(error, answer, signedMs) || renew(error, used))
          return read(await post(operation, body, signal));
        throw error;
      }
    },
    destroy: () => exchange.destroy(),
  };
};
