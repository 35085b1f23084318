import * as z from 'zod/mini';
import { fault } from '../claude/faults.ts';
import { jsonResponse } from '../http/json-response.ts';
import type { HttpEvent, HttpResponse } from '../http/types.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Deadline } from '../kernel/deadline.ts';
import { AppError } from '../kernel/errors.ts';
import { safe } from '../kernel/redacted.ts';
import type { PriceTable } from '../usage/price-table.ts';
import { viewPrice } from '../usage/price-view.ts';
import { passedOn } from './passed-on.ts';
import type { ProviderApi } from './provider-api.ts';

export interface ModelsParts {
  readonly api: ProviderApi;
  readonly prices: PriceTable;
  readonly clock: Pick<Clock, 'now'>;
}

/** Anything else would be another path of the provider's. */
const MODEL_ID = /^[A-Za-z0-9][\w.:@-]{0,127}$/;

const notFound = (options: ConstructorParameters<typeof AppError>[2] = {}): AppError =>
  new AppError('not-found', safe`There is no such model.`, options);

const model = z.looseObject({ id: z.optional(z.unknown()) });
const page = z.looseObject({ data: z.array(model) });

const read = <Schema extends z.ZodMiniType>(schema: Schema, text: string): z.output<Schema> => {
  try {
    return z.parse(schema, JSON.parse(text));
  } catch (cause) {
    throw fault('malformed', { cause }).error;
  }
};

const priced = ({ prices, clock }: ModelsParts, said: z.output<typeof model>) => ({
  ...said,
  pricing: typeof said.id === 'string' ? viewPrice(prices, said.id, clock.now()) : null,
});

const ask = (parts: ModelsParts, event: HttpEvent, path: string, deadline: Deadline): Promise<string> =>
  parts.api.ask({ method: 'GET', path, ...passedOn(event) }, deadline);

/** GET /v1/models: a page of the provider's list, each model with its `pricing`. */
export const listModels = async (parts: ModelsParts, event: HttpEvent, deadline: Deadline): Promise<HttpResponse> => {
  const listed = read(page, await ask(parts, event, '/v1/models', deadline));
  return jsonResponse({ ...listed, data: listed.data.map((each) => priced(parts, each)) });
};

/** GET /v1/models/{modelId}: one of them; `not-found` in the provider's own words. */
export const getModel = async (parts: ModelsParts, event: HttpEvent, deadline: Deadline): Promise<HttpResponse> => {
  const id = event.pathParameters?.['modelId'] ?? '';
  if (!MODEL_ID.test(id)) throw notFound();
  try {
    return jsonResponse(priced(parts, read(model, await ask(parts, event, `/v1/models/${id}`, deadline))));
  } catch (error) {
    const { cause, told } = error instanceof AppError ? error : {};
    // A model that is asked for by its path is missing; one that is to be called is a field's mistake.
    if ((cause as { status?: unknown } | undefined)?.status !== 404) throw error;
    throw notFound({ cause, ...(told && { told }) });
  }
};
