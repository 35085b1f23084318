import type { MiddlewareObj } from '@middy/core';
import type { HttpEvent } from '../http/types.ts';
import { endUserOf } from '../identity/end-user.ts';
import { isRunId } from '../kernel/ids/ids.ts';
import { shortHash } from '../kernel/ids/short-hash.ts';
import { label } from '../kernel/redacted.ts';
import { attributeWork } from '../telemetry/context/tally-work.ts';
import type { WorkContext } from '../telemetry/context/work-context.ts';
import type { Principal } from '../tenants/types.ts';
import type { Authenticated } from './authenticated.ts';

interface Asking extends Authenticated {
  readonly workContext?: WorkContext | undefined;
}

/** Who asked, without the name of a person: a subject by its hash, which is that of its account as an end user too. */
export const callerFields = ({ tenantId, keyId, bearer }: Principal) => ({
  tenantId: label(tenantId),
  keyId: label(keyId),
  ...(bearer?.subject ? { subjectHash: label(shortHash(bearer.subject)) } : {}),
  ...(bearer?.tokenHash ? { tokenHash: label(bearer.tokenHash) } : {}),
});

/**
 * The run that a request does something to, by its path; of who only looks at one nothing, who would fill its lines. Nobody has
 * said yet who asks, so whatever is no id of a run is not said.
 */
export const runChanged = ({ httpMethod, pathParameters }: HttpEvent): { readonly runId?: string } => {
  const { runId = '' } = pathParameters ?? {};
  return httpMethod === 'POST' && isRunId(runId) ? { runId } : {};
};

/** Has the line of a request say for which end user it is, also where it is refused after this, and which agent it asks. */
export const attributed = <Event extends Asking>(
  of: (event: Event) => { readonly agent?: string | undefined; readonly userId: string | null | undefined },
): MiddlewareObj<Event> => ({
  before: ({ event }) => {
    const { userId, ...agent } = of(event);
    attributeWork(event.workContext, { ...agent, userId: endUserOf(userId, event.principal) });
  },
});
