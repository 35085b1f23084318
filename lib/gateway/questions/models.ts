import * as z from 'zod/mini';
import { checkAllowedModel, isAllowed } from '../../caller/allowed-models.ts';
import { jsonResponse } from '../../http/response/json-response.ts';
import type { HttpResponse } from '../../http/types.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Deadline } from '../../kernel/deadline.ts';
import { AppError } from '../../kernel/errors.ts';
import { safe } from '../../kernel/redacted.ts';
import { fault } from '../../model-call/faults.ts';
import type { Query } from '../../model-call/provider.ts';
import type { PriceTable } from '../../pricing/price-table.ts';
import { viewPrice } from '../../pricing/price-view.ts';
import { isRetired, priceAt } from '../../pricing/pricing.ts';
import { forwardedHeaders } from '../forwarded-headers.ts';
import type { AskProvider } from './ask-provider.ts';
import type { AuthenticatedEvent } from './count-tokens.ts';
import { type ListedModel, modelSchema, pageSchema, shownPage } from './model-pages.ts';

export interface ModelsParts {
  readonly askProvider: AskProvider;
  readonly prices: PriceTable;
  readonly clock: Pick<Clock, 'now'>;
}

/** Anything else would be another path of the provider's. */
const MODEL_ID = /^[A-Za-z0-9][\w.:@-]{0,127}$/;

const notFound = (options: ConstructorParameters<typeof AppError>[2] = {}): AppError =>
  new AppError('not-found', safe`There is no such model.`, options);

const read = <Schema extends z.ZodMiniType>(schema: Schema, text: string): z.output<Schema> => {
  try {
    return z.parse(schema, JSON.parse(text));
  } catch (cause) {
    throw fault('malformed', { cause }).error;
  }
};

/** With its price, or `null` for what is not called: it has none, or its provider has retired it. */
const priced = ({ prices, clock }: ModelsParts, said: ListedModel): ListedModel | null => {
  const { id } = said;
  if (typeof id !== 'string') return null;
  const now = clock.now();
  const price = priceAt(prices, id, now);
  return price === null || isRetired(price, now) ? null : { ...said, pricing: viewPrice(prices, id, now) };
};

const withOwn = (response: HttpResponse, headers: HttpResponse['headers']): HttpResponse => ({
  ...response,
  headers: { ...response.headers, ...headers },
});

/** GET /v1/models: a page of the provider's list, of those that the caller may use, each with its `pricing`. */
export const listModels = async (
  parts: ModelsParts,
  event: AuthenticatedEvent,
  deadline: Deadline,
): Promise<HttpResponse> => {
  const { query, ...passed } = forwardedHeaders(event);
  const { tenant } = event.principal;
  const question = { method: 'GET', path: '/v1/models', ...passed } as const;
  let headers = {};
  const ask = async (page: Query) => {
    const answer = await parts.askProvider({ ...question, query: page }, deadline);
    ({ headers } = answer);
    return read(pageSchema, answer.text);
  };
  const listed = await shownPage(
    query,
    ask,
    (each) => typeof each.id === 'string' && isAllowed(tenant, each.id) && priced(parts, each) !== null,
  );
  return withOwn(jsonResponse({ ...listed, data: listed.data.map((each) => priced(parts, each)) }), headers);
};

/**
 * GET /v1/models/{modelId}: one of them; `not-found` in the provider's own words, or for one that is not called;
 * `forbidden` for one that the caller may not use, as a call of it would be.
 */
export const getModel = async (
  parts: ModelsParts,
  event: AuthenticatedEvent,
  deadline: Deadline,
): Promise<HttpResponse> => {
  const id = event.pathParameters?.['modelId'] ?? '';
  if (!MODEL_ID.test(id)) throw notFound();
  checkAllowedModel(id, event.principal.tenant);
  const question = { method: 'GET', path: `/v1/models/${id}`, ...forwardedHeaders(event) } as const;
  try {
    const { text, headers } = await parts.askProvider(question, deadline);
    const found = priced(parts, read(modelSchema, text));
    if (found === null)
      throw new AppError('not-found', safe`The model has no known price, or was retired, so that it is not called.`);
    return withOwn(jsonResponse(found), headers);
  } catch (error) {
    const { cause, upstreamMessage, headers = {} } = error instanceof AppError ? error : {};
    // A model that is asked for by its path is missing; one that is to be called is a field's mistake.
    if ((cause as { status?: unknown } | undefined)?.status !== 404) throw error;
    throw notFound({ cause, headers, ...(upstreamMessage && { upstreamMessage }) });
  }
};
