import type { HttpResponse } from '../http/types.ts';
import { degradedHeader } from './degraded-header.ts';
import { keptAnswer, keptFailure, type SentAnswer } from './kept-answer.ts';
import type { CallMessages, MessageCall } from './message-call.ts';

/** Answers a client that waits for the whole message; throws the AppError where there is none. */
export const answerAsJson = async (call: MessageCall, callMessages: CallMessages): Promise<HttpResponse> => {
  let limits: Readonly<Record<string, string>> = {};
  const { outcome, closed } = await callMessages(call, { admitted: (headers) => (limits = headers) });
  if (!outcome.ok) {
    const { error } = outcome.fault;
    await closed(keptFailure(error, call.requestId));
    throw error;
  }
  const { message, degraded } = outcome;
  const sent: SentAnswer = {
    status: 200,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...degradedHeader(degraded) },
    text: JSON.stringify(message),
  };
  await closed(keptAnswer(sent));
  return { statusCode: sent.status, headers: { ...sent.headers, ...limits }, body: sent.text };
};
