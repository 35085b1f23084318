import type { App } from '../app.ts';
import { createCallMessages, type CallMessages } from '../gateway/message-call.ts';

/** What clients of the Anthropic API ask, by the guards and the brackets that an app's own runs go through. */
export const gatewayOf = ({ clock, emit, ids, core }: App): CallMessages =>
  createCallMessages({ clock, emit, ids, ...core });
