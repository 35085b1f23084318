import type { App } from '../app.ts';
import { createCallMessages, type CallMessages } from '../gateway/message-call.ts';
import { createIdempotency, lockFor, type Idempotency } from '../idempotency/idempotency.ts';
import { FUNCTION_MARGIN_MS, longestCallMs } from '../settings.ts';

/** What clients of the Anthropic API ask, by the guards and the brackets that an app's own runs go through. */
export const gatewayOf = ({
  clock,
  emit,
  ids,
  config,
  core,
}: App): { readonly callMessages: CallMessages; readonly idempotency: Idempotency } => ({
  callMessages: createCallMessages({ clock, emit, ids, ...core }),
  // A streamed call may outlive any run, and so must its hold on its key.
  idempotency: createIdempotency({
    ...{ clock, emit, randomBytes: core.randomBytes, store: core.stores.claims },
    lockMs: lockFor(longestCallMs(config) + FUNCTION_MARGIN_MS),
  }),
});
