import type { BaseAnthropic } from '@anthropic-ai/sdk/client';
import { loadAnthropicClient, type AnthropicClientOptions } from '../claude/anthropic-client.ts';
import { diagnose, KeyUnavailable } from '../claude/diagnose.ts';
import { isRetryable } from '../claude/faults.ts';
import type { KeyPool } from '../claude/key-pool.ts';
import type { Fault, PoolKey } from '../claude/types.ts';
import { orAborted, sleep, type Clock, type Random } from '../kernel/clock.ts';
import type { Deadline } from '../kernel/deadline.ts';
import { late } from '../kernel/late.ts';
import { decideRetry, type RetryOptions } from '../retry/decision.ts';
import type { Emit } from '../telemetry/events.ts';
import type { PassedOn } from './passed-on.ts';

/** Something that costs nothing to ask. */
export interface Question extends PassedOn {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** JSON, sent byte for byte. */
  readonly body?: string;
}

/** The provider, as far as it answers for nothing. */
export interface ProviderApi {
  /** The text of its answer. Throws an AppError, in the provider's own words where they are about the question. */
  ask(question: Question, deadline: Deadline): Promise<string>;
}

export interface ProviderApiOptions extends Pick<AnthropicClientOptions, 'baseUrl'> {
  readonly keys: KeyPool;
  readonly retry: RetryOptions;
  readonly clock: Clock;
  readonly random: Random;
  readonly emit: Emit;
}

type Answered = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly fault: Fault };

const isRejection = ({ kind, status }: Fault): boolean => kind === 'credential' && (status === 401 || status === 403);

const keyless = () => Promise.reject(new KeyUnavailable('no key'));

const send = async (client: BaseAnthropic, { method, path, body, headers, query }: Question, signal: AbortSignal) => {
  const typed = body === undefined ? {} : { body, headers: { ...headers, 'content-type': 'application/json' } };
  const response = await client[method === 'GET' ? 'get' : 'post'](path, {
    ...{ headers, query, signal },
    ...typed,
  }).asResponse();
  return await orAborted(response.text(), signal);
};

/** Asks with the key whose turn it is; one that is rejected has the secret read again, once. What another try may mend is tried again. */
export const createProviderApi = ({ baseUrl, keys, retry, clock, random, emit }: ProviderApiOptions): ProviderApi => {
  const loaded = late(() => loadAnthropicClient({ apiKey: keyless, baseUrl }));

  const attempt = async (question: Question, { value }: PoolKey, deadline: Deadline): Promise<Answered> => {
    try {
      const client = (await loaded()).withOptions({ apiKey: value });
      return { ok: true, text: await send(client, question, deadline.signal) };
    } catch (error) {
      return { ok: false, fault: diagnose(error, deadline.stoppedBy, false, clock.now()) };
    }
  };

  return {
    async ask(question, deadline) {
      let rejected = false;
      for (let retries = 0; ;) {
        const [key] = await keys.turn();
        const answered = await attempt(question, key, deadline);
        if (answered.ok) return answered.text;
        const { fault } = answered;
        if (isRejection(fault) && !rejected) {
          rejected = true;
          emit({ type: 'credential.rejected', status: fault.status ?? 401 });
          await keys.rejected(key);
          continue;
        }
        const { retryAfterMs, error } = fault;
        const remainingMs = deadline.remainingMs();
        const decision = decideRetry({ retry: retries, retryAfterMs, remainingMs, random: random() }, retry);
        if (!isRetryable(fault.kind) || !decision.retry) throw error;
        retries += 1;
        // A client that leaves meanwhile has nobody to tell.
        await sleep(clock, decision.delayMs, deadline.signal).catch(() => Promise.reject(error));
      }
    },
  };
};
