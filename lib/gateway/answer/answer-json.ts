import type { HttpResponse } from '../../http/types.ts';
import { AppError } from '../../kernel/errors.ts';
import { safe } from '../../kernel/redacted.ts';
import type { Fault } from '../../model-call/outcome.ts';
import type { CallMessages, MessageCall } from '../message-call.ts';
import { degradedHeader } from './buffered-head.ts';
import { type SentAnswer, storedAnswer, storedFailure } from './stored-answer.ts';

/** What a stream would have outlived says so: the client that asks again in the same way would get no further. */
const errorOf = ({ kind, error }: Fault): AppError => {
  if (kind !== 'deadline') return error;
  const { code, headers } = error;
  const message = safe`The deadline passed before the answer was complete. Use "stream": true: a stream has more time, and sends the answer as it is made.`;
  return new AppError(code, message, { cause: error, headers });
};

/** Answers a client that waits for the whole message; throws the AppError where there is none. */
export const answerAsJson = async (call: MessageCall, callMessages: CallMessages): Promise<HttpResponse> => {
  let limits: Readonly<Record<string, string>> = {};
  let own: Readonly<Record<string, string>> = {};
  const { outcome, closed } = await callMessages(call, {
    admitted: (headers) => (limits = headers),
    says: (headers) => (own = headers),
  });
  if (!outcome.ok) {
    const error = errorOf(outcome.fault);
    await closed(storedFailure(error, call.requestId));
    throw error;
  }
  const { message, degraded } = outcome;
  const sent: SentAnswer = {
    status: 200,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...degradedHeader(degraded), ...own },
    text: JSON.stringify(message),
  };
  await closed(storedAnswer(sent));
  return { statusCode: sent.status, headers: { ...sent.headers, ...limits }, body: sent.text };
};
