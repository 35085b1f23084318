import type { BaseAnthropic } from '@anthropic-ai/sdk/client';
import { loadClients, type AnthropicClientOptions } from '../claude/anthropic-client.ts';
import { diagnose } from '../claude/diagnose.ts';
import { fault, isRetryable } from '../claude/faults.ts';
import type { KeyCheck } from '../claude/key-check.ts';
import type { KeyPool } from '../claude/key-pool.ts';
import type { Fault, PoolKey } from '../claude/types.ts';
import { upstreamIdHeader } from '../http/upstream-id.ts';
import { orAborted, sleep, type Clock, type Random } from '../kernel/clock.ts';
import type { Deadline } from '../kernel/deadline.ts';
import { late } from '../kernel/late.ts';
import { label } from '../kernel/redacted.ts';
import { decideRetry, type RetryOptions } from '../retry/decision.ts';
import { isSendable } from '../secrets/api-keys.ts';
import type { Emit } from '../telemetry/events.ts';
import type { PassedOn } from './passed-on.ts';

/** Something that costs nothing to ask. */
export interface Question extends PassedOn {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** JSON, sent byte for byte. */
  readonly body?: string;
}

/** What the provider answered. */
export interface ProviderAnswer {
  readonly text: string;
  /** What is told of it in headers: the provider's own id of it. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The provider, as far as it answers for nothing. */
export interface ProviderApi {
  /** Its answer. Throws an AppError, in the provider's own words where they are about the question. */
  ask(question: Question, deadline: Deadline): Promise<ProviderAnswer>;
}

export interface ProviderApiOptions extends Pick<AnthropicClientOptions, 'baseUrl'> {
  readonly keys: KeyPool;
  readonly keyCheck: KeyCheck;
  readonly retry: RetryOptions;
  readonly clock: Clock;
  readonly random: Random;
  readonly emit: Emit;
}

type Answered = { readonly ok: true; readonly answer: ProviderAnswer } | { readonly ok: false; readonly fault: Fault };

const send = async (client: BaseAnthropic, { method, path, body, headers, query }: Question, signal: AbortSignal) => {
  const typed = body === undefined ? {} : { body, headers: { ...headers, 'content-type': 'application/json' } };
  const response = await client[method === 'GET' ? 'get' : 'post'](path, {
    ...{ headers, query, signal },
    ...typed,
  }).asResponse();
  const text = await orAborted(response.text(), signal);
  return { text, headers: upstreamIdHeader(response.headers.get('request-id')) };
};

/**
 * Asks with the key whose turn it is; one that is rejected has the secret read again, and the next of the pool is asked,
 * each once; the only one there is, once more. What another try may mend is tried again.
 */
export const createProviderApi = (options: ProviderApiOptions): ProviderApi => {
  const { baseUrl, keys, keyCheck, retry, clock, random, emit } = options;
  const clientOf = late(() => loadClients(baseUrl));

  const attempt = async (question: Question, key: PoolKey, deadline: Deadline): Promise<Answered> => {
    if (!isSendable(key.value)) return { ok: false, fault: fault('credential', { keyFault: 'unsendable' }) };
    try {
      const client = (await clientOf())(key);
      return { ok: true, answer: await send(client, question, deadline.signal) };
    } catch (error) {
      const found = diagnose(error, deadline.stoppedBy, false, clock.now());
      const isKeys = found.kind === 'forbidden' && (await keyCheck.isRefused(key));
      const failed = isKeys ? fault('credential', { ...found, keyFault: 'forbidden' }) : found;
      const headers = upstreamIdHeader((error as { requestID?: unknown } | null)?.requestID);
      return { ok: false, fault: { ...failed, error: failed.error.withHeaders(headers) } };
    }
  };

  return {
    async ask(question, deadline) {
      let rejected = 0;
      for (let retries = 0; ;) {
        const pool = await keys.turn();
        const [key] = pool;
        const answered = await attempt(question, key, deadline);
        if (answered.ok) return answered.answer;
        const { status, keyFault, retryAfterMs, error } = answered.fault;
        // What ends meanwhile with the deadline is told as what the provider last said.
        const told = () => Promise.reject(error);
        if (keyFault !== undefined && rejected < Math.max(1, pool.length - 1)) {
          rejected += 1;
          emit({ type: 'credential.rejected', status, reason: label(keyFault) });
          keys.demote(key);
          await orAborted(keys.refresh(), deadline.signal).catch(told);
          continue;
        }
        const remainingMs = deadline.remainingMs();
        const decision = decideRetry({ retry: retries, retryAfterMs, remainingMs, random: random() }, retry);
        if (!isRetryable(answered.fault) || !decision.retry) throw error;
        retries += 1;
        await sleep(clock, decision.delayMs, deadline.signal).catch(told);
      }
    },
  };
};
