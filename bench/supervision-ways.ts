import Anthropic from '@anthropic-ai/sdk';
import { supervisedAttempt } from '../lib/model-call/attempt/supervised-attempt.ts';
import { createModelCall } from '../lib/model-call/model-call.ts';
import type { ModelRequest } from '../lib/model-call/provider.ts';
import type { Attempt } from '../lib/model-call/types.ts';
import { callParts, KEYS, runOf } from './supervision-parts.ts';

/** Reads one answer to its end. Rejects unless it was whole. */
export type Way = () => Promise<void>;

/** What a gateway without supervision does: the SDK's own stream, read as it comes, nothing done with it. */
const bare = (baseURL: string, request: ModelRequest): Way => {
  const client = new Anthropic({ apiKey: KEYS[0], authToken: null, baseURL, maxRetries: 0, logLevel: 'off' });
  return async () => {
    let last = '';
    for await (const { type } of await client.messages.create({ ...request, stream: true })) last = type;
    if (last !== 'message_stop') throw new Error('The answer has no end.');
  };
};

const supervised =
  (call: Attempt, request: ModelRequest): Way =>
  async () => {
    const outcome = await runOf(call, request);
    if (!outcome.ok) throw outcome.fault.error;
  };

export const BARE = 'the SDK’s stream bare';

/** How an answer can be read, by the base URL of who gives it and what is asked; the bare way first. */
export const WAYS: ReadonlyMap<string, (baseUrl: string, request: ModelRequest) => Way> = new Map([
  [BARE, bare],
  ['the supervised attempt', (baseUrl, request) => supervised(supervisedAttempt(callParts(baseUrl)), request)],
  ['the whole model call', (baseUrl, request) => supervised(createModelCall(callParts(baseUrl)), request)],
]);
