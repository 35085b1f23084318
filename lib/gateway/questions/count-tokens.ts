import * as z from 'zod/mini';
import { checkAllowedModel } from '../../caller/allowed-models.ts';
import { type RequestPermitParts, takeRequestPermit } from '../../caller/request-permit.ts';
import type { Circuits } from '../../circuit-breaker/circuits.ts';
import type { HttpEvent, HttpResponse } from '../../http/types.ts';
import { endUserOf } from '../../identity/end-user.ts';
import type { Deadline } from '../../kernel/deadline.ts';
import { asAppError } from '../../kernel/errors.ts';
import { objectOf } from '../../kernel/json.ts';
import { fault } from '../../model-call/faults.ts';
import { circuitOf, circuitOpen } from '../../model-call/with-circuit.ts';
import type { Principal } from '../../tenants/types.ts';
import { endUser } from '../client-request.ts';
import { forwardedHeaders } from '../forwarded-headers.ts';
import { readClientJson } from '../json/read-client-json.ts';
import type { AskProvider } from './ask-provider.ts';
import { modelName } from './model-name.ts';

/** A request of whoever was let in. */
export interface AuthenticatedEvent extends HttpEvent {
  readonly principal: Principal;
}

export interface CountTokensParts extends RequestPermitParts {
  readonly askProvider: AskProvider;
  readonly circuits: Pick<Circuits, 'look'>;
  /** Whether a model has a price at an instant (epoch milliseconds). */
  readonly isPriced: (model: string, at: number) => boolean;
}

const JSON_HEADERS = { 'content-type': 'application/json', 'cache-control': 'no-store' };

/** What Ballast has to know of the body; the rest is for the provider to judge, a malformed user included. */
const schema = z.looseObject({ model: modelName, metadata: z.optional(z.unknown()) });

/**
 * A model that is left alone is not asked to count either; who comes when its break is over may ask, since nothing is
 * paid.
 */
const checkCircuit = async ({ circuits, isPriced, clock }: CountTokensParts, model: string): Promise<void> => {
  // Only models with a price are ever called. What is looked at is remembered, so names that clients make up are not.
  if (!isPriced(model, clock.now())) return;
  const view = await circuits.look(circuitOf(model));
  if (view === null || view.state === 'closed' || view.retryAfterMs === 0) return;
  throw circuitOpen(view.retryAfterMs);
};

/** Of a proxy in between a 200 may be a page: that is no count. */
const checkCount = (text: string): void => {
  try {
    JSON.parse(text);
  } catch (cause) {
    throw fault('malformed', { cause }).error;
  }
};

/** POST /v1/messages/count_tokens: the body goes to the provider byte for byte, its answer comes back as it is. */
export const countTokens = async (
  parts: CountTokensParts,
  event: AuthenticatedEvent,
  deadline: Deadline,
): Promise<HttpResponse> => {
  const { text, value, checked } = readClientJson(event, schema);
  const { model } = checked;
  const { tenant } = event.principal;
  const { user_id: named } = objectOf(checked.metadata);
  const userId = endUserOf(endUser(typeof named === 'string' ? named : null), event.principal);
  checkAllowedModel(model, tenant);
  const { referencedModels } = await import('../referenced-models.ts');
  for (const beside of referencedModels(value)) checkAllowedModel(beside.model, tenant, beside.path);
  await checkCircuit(parts, model);
  const limits = await takeRequestPermit(parts, event.principal, userId, deadline);
  const question = { method: 'POST', path: '/v1/messages/count_tokens', ...forwardedHeaders(event) } as const;
  const ask = async () => {
    const answer = await parts.askProvider({ ...question, body: text }, deadline);
    checkCount(answer.text);
    return answer;
  };
  const answer = await ask().catch((error: unknown) => {
    throw asAppError(error).withHeaders(limits);
  });
  return { statusCode: 200, headers: { ...JSON_HEADERS, ...limits, ...answer.headers }, body: answer.text };
};
