import { upstreamIdHeader } from '../../http/upstream-id.ts';
import { type Clock, orAborted, type Random, sleep } from '../../kernel/clock.ts';
import type { Deadline } from '../../kernel/deadline.ts';
import { label } from '../../kernel/redacted.ts';
import { diagnose } from '../../model-call/attempt/diagnose.ts';
import { redactedWords } from '../../model-call/attempt/redacted-words.ts';
import { fault, isRetryable } from '../../model-call/faults.ts';
import type { KeyCheck } from '../../model-call/keys/key-check.ts';
import type { KeyPool } from '../../model-call/keys/key-pool.ts';
import type { PoolKey, Provider, Question } from '../../model-call/provider.ts';
import type { Fault } from '../../model-call/types.ts';
import { decideRetry, type RetryOptions } from '../../retry/decision.ts';
import { isSendable } from '../../secrets/provider-keys.ts';
import type { Emit } from '../../telemetry/events.ts';

/** What the provider answered. */
export interface ProviderAnswer {
  readonly text: string;
  /** What of it goes into the answer's headers: the provider's own id of it. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Asks the provider what costs nothing. Throws an AppError, in the provider's own words where they are about the question. */
export type AskProvider = (question: Question, deadline: Deadline) => Promise<ProviderAnswer>;

export interface AskProviderOptions {
  readonly provider: Pick<Provider, 'ask'>;
  readonly keys: KeyPool;
  readonly keyCheck: KeyCheck;
  readonly retry: RetryOptions;
  readonly clock: Clock;
  readonly random: Random;
  readonly emit: Emit;
}

type Answered = { readonly ok: true; readonly answer: ProviderAnswer } | { readonly ok: false; readonly fault: Fault };

/**
 * Asks with the next key of the pool; where one is rejected the secret is read again, and the next of the pool is asked,
 * each once; the only one there is, once more. What another try may mend is tried again.
 */
export const createAskProvider = (options: AskProviderOptions): AskProvider => {
  const { provider, keys, keyCheck, retry, clock, random, emit } = options;

  const attempt = async (question: Question, key: PoolKey, deadline: Deadline): Promise<Answered> => {
    if (!isSendable(key.value)) return { ok: false, fault: fault('credential', { keyFault: 'unsendable' }) };
    try {
      const { text, requestId } = await provider.ask(question, { key, signal: deadline.signal });
      return { ok: true, answer: { text, headers: upstreamIdHeader(requestId) } };
    } catch (error) {
      const found = await redactedWords(diagnose(error, deadline.stoppedBy, false, clock.now()));
      const isKeys = found.kind === 'forbidden' && (await keyCheck.isRefused(key));
      const failed = isKeys ? fault('credential', { ...found, keyFault: 'forbidden' }) : found;
      const headers = upstreamIdHeader((error as { requestID?: unknown } | null)?.requestID);
      return { ok: false, fault: { ...failed, error: failed.error.withHeaders(headers) } };
    }
  };

  return async (question, deadline) => {
    let rejected = 0;
    for (let retries = 0; ;) {
      const pool = await keys.nextKeys();
      const [key] = pool;
      const answered = await attempt(question, key, deadline);
      if (answered.ok) return answered.answer;
      const { status, keyFault, retryAfterMs, error } = answered.fault;
      // What ends meanwhile with the deadline is told as what the provider last said.
      const rethrow = () => Promise.reject(error);
      if (keyFault !== undefined && rejected < Math.max(1, pool.length - 1)) {
        rejected += 1;
        emit({ type: 'credential.rejected', status, reason: label(keyFault) });
        keys.demote(key);
        await orAborted(keys.refresh(), deadline.signal).catch(rethrow);
        continue;
      }
      const remainingMs = deadline.remainingMs();
      const decision = decideRetry({ retry: retries, retryAfterMs, remainingMs, random: random() }, retry);
      if (!isRetryable(answered.fault) || !decision.retry) throw error;
      retries += 1;
      await sleep(clock, decision.delayMs, deadline.signal).catch(rethrow);
    }
  };
};
