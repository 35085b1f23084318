import type { Clock } from '../../lib/kernel/clock.ts';
import { createMessageAnswerer } from './answer-message.ts';
import { wrongMessages } from './check-messages.ts';
import { refusedByModel } from './check-model.ts';
import { findModel, modelInfo, modelPage, wrongQuery } from './models.ts';
import { CountRequest, MessagesRequest, wrongField } from './request.ts';
import { errorSteps, jsonSteps, type Step } from './steps.ts';
import { segmentsOf, totalTokens } from './tokens.ts';

/** A request as it came in, its body read. */
export interface Incoming {
  readonly method: string;
  readonly path: string;
  /** With its question mark; empty when there is none. */
  readonly query: string;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
  readonly requestId: string;
}

const credentialOf = ({ headers }: Incoming): string | null => {
  const bearer = /^Bearer (\S+)$/i.exec(String(headers['authorization'] ?? ''))?.[1];
  return bearer ?? (String(headers['x-api-key'] ?? '') || null);
};

/** A body that passed, or why it did not. */
type Checked<T> = { readonly request: T } | { readonly status: number; readonly message: string };

const refused = (message: string) => ({ status: 400, message });

const check = <T extends CountRequest>(
  schema: {
    safeParse(value: unknown): { success: true; data: T } | { success: false; error: Parameters<typeof wrongField>[0] };
  },
  body: string,
): Checked<T> => {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return refused('The request body is not valid JSON');
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) return refused(wrongField(parsed.error, value));
  const wrong = wrongMessages(parsed.data);
  if (wrong !== null) return refused(wrong);
  const model = findModel(parsed.data.model);
  if (!model) return { status: 404, message: `model: ${parsed.data.model}` };
  const tokens = totalTokens(segmentsOf(parsed.data));
  if (tokens > model.maxInputTokens) {
    return refused(`prompt is too long: ${tokens} tokens > ${model.maxInputTokens} maximum`);
  }
  return { request: parsed.data };
};

/** What each request is answered; `clock` expires cached prompts. */
export const createRoutes = (clock: Pick<Clock, 'now'>): ((incoming: Incoming) => Iterable<Step>) => {
  const answerMessage = createMessageAnswerer(clock);

  const postMessage = (incoming: Incoming, credential: string): Iterable<Step> => {
    const { requestId } = incoming;
    const checked = check(MessagesRequest, incoming.body);
    if (!('request' in checked)) return errorSteps(checked.status, checked.message, requestId);
    const { request } = checked;
    const model = findModel(request.model);
    const refusal = model && refusedByModel(request, model, String(incoming.headers['anthropic-version']));
    return refusal === null ? answerMessage({ request, credential, requestId }) : errorSteps(400, refusal, requestId);
  };

  const countTokens = ({ body, requestId }: Incoming): Iterable<Step> => {
    const checked = check(CountRequest, body);
    if (!('request' in checked)) return errorSteps(checked.status, checked.message, requestId);
    return jsonSteps(200, JSON.stringify({ input_tokens: totalTokens(segmentsOf(checked.request)) }));
  };

  const listModels = ({ query, requestId }: Incoming): Iterable<Step> => {
    const asked = new URLSearchParams(query);
    const wrong = wrongQuery(asked);
    return wrong === null ? jsonSteps(200, JSON.stringify(modelPage(asked))) : errorSteps(400, wrong, requestId);
  };

  const getModel = (id: string, requestId: string): Iterable<Step> => {
    const info = modelInfo(id);
    return info ? jsonSteps(200, JSON.stringify(info)) : errorSteps(404, `model: ${id}`, requestId);
  };

  return (incoming) => {
    const { path, requestId } = incoming;
    const credential = credentialOf(incoming);
    if (credential === null) return errorSteps(401, 'x-api-key or authorization header is required', requestId);
    if (!incoming.headers['anthropic-version'])
      return errorSteps(400, 'anthropic-version: header is required', requestId);
    const route = `${incoming.method} ${path}`;
    if (route === 'POST /v1/messages') return postMessage(incoming, credential);
    if (route === 'POST /v1/messages/count_tokens') return countTokens(incoming);
    if (route === 'GET /v1/models') return listModels(incoming);
    const id = /^GET \/v1\/models\/([^/]+)$/.exec(route)?.[1];
    return id === undefined ? errorSteps(404, 'Not found', requestId) : getModel(decodeURIComponent(id), requestId);
  };
};
