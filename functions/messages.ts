import middy from '@middy/core';
import { executionModeStreamifyResponse } from '@middy/core/StreamifyResponse';
import { type App, app } from '../lib/app/app.ts';
import { gatewayOf } from '../lib/app/questions.ts';
import { FUNCTION_MARGIN_MS } from '../lib/app/settings.ts';
import { answerAsEvents } from '../lib/gateway/answer/answer-events.ts';
import { answerAsJson } from '../lib/gateway/answer/answer-json.ts';
import { replayAnswer } from '../lib/gateway/answer/stored-answer.ts';
import type { CallMessages } from '../lib/gateway/message-call.ts';
import { longestAnswerMs } from '../lib/http/run-limits.ts';
import { lockFor } from '../lib/idempotency/idempotency.ts';
import { allowedMethods } from '../lib/middleware/allowed-methods.ts';
import { anthropicErrors } from '../lib/middleware/anthropic-errors.ts';
import { attributed } from '../lib/middleware/attributed.ts';
import { type Authenticated, authenticated } from '../lib/middleware/authenticated.ts';
import { boundedHops } from '../lib/middleware/bounded-hops.ts';
import { type Bounded, boundedWork } from '../lib/middleware/bounded-work.ts';
import { type Asked, clientRequest } from '../lib/middleware/client-request.ts';
import { type Claimed, type ClaimLimits, idempotent } from '../lib/middleware/idempotent.ts';
import { loadedSecret } from '../lib/middleware/loaded-secret.ts';
import { type Observed, observed, type ObservedOptions } from '../lib/middleware/observed.ts';
import type { Secret } from '../lib/secrets/loader.ts';
import { GATEWAY } from '../lib/usage/record.ts';

type Event = Observed & Authenticated & Asked & Claimed & Bounded;
type Parts = ObservedOptions &
  Pick<App, 'authenticator' | 'config' | 'idempotency'> & {
    readonly anthropicKey: Pick<Secret, 'get'>;
    readonly callMessages: CallMessages;
  };

const timeoutMs = (config: App['config'], { streams }: Asked['asked']): number =>
  longestAnswerMs(streams ? config.STREAM_TIMEOUT_MS : config.RUN_TIMEOUT_MS, streams);

/** A stream may outlive any run, and so must its hold on its key. */
const claimLimits = (config: App['config'], { asked }: Partial<Asked>): ClaimLimits =>
  asked?.streams === true ? { lockMs: lockFor(config.STREAM_TIMEOUT_MS + FUNCTION_MARGIN_MS) } : {};

/** POST /v1/messages: one message for any client of the Anthropic API, as JSON or as events. */
export const messages = (parts: Parts) =>
  middy({ ...observed(parts, 'messages'), executionMode: executionModeStreamifyResponse })
    .use(anthropicErrors())
    .use(allowedMethods('POST'))
    .use(boundedHops(parts.config.MAX_HOPS))
    .use(authenticated(parts.authenticator, 'messages:write'))
    .use(clientRequest())
    .use(attributed(({ asked }: Event) => ({ agent: GATEWAY, userId: asked.userId })))
    .use(idempotent(parts.idempotency, replayAnswer, (event) => claimLimits(parts.config, event)))
    .use(loadedSecret(parts.anthropicKey))
    .use(boundedWork(parts, ({ asked }: Event) => timeoutMs(parts.config, asked)))
    .handler(({ asked, principal, requestId, claim, waitUntil, limitMs, signal, waitedMs, ending }: Event) => {
      const answeredBy = (id: string | null) => (ending.upstreamRequestId = id);
      const failed = (error: unknown) => (ending.failure = error);
      const call = { asked, principal, requestId, claim, waitUntil, limitMs, signal, answeredBy };
      return asked.streams
        ? answerAsEvents(call, parts.callMessages, { clock: parts.clock, waitedMs, failed })
        : answerAsJson(call, parts.callMessages);
    });

export const handler = messages({ ...app, callMessages: gatewayOf(app) });
