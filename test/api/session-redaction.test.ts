import { expect, it } from 'vitest';
import { type SessionRouteParts, sessionRoutes } from '../../lib/api/routes/session-routes.ts';
import type { HttpEvent } from '../../lib/http/types.ts';
import type { Sessions } from '../../lib/run/sessions/sessions.ts';
import { newTenant, type TenantSettings } from '../../lib/tenants/types.ts';

const CARD = '4111111111111111';
const turns = [
  { runId: 'run_1', role: 'user', content: `My card is ${CARD}, I am ada@example.com.` },
  { runId: 'run_1', role: 'assistant', content: `Noted: ${CARD}.` },
] as const;
const head = { sessionId: 'one', userId: null, agent: 'clerk', createdAt: 0, updatedAt: 0, conversationOf: 'run_1' };

const shown = async (settings: Partial<TenantSettings>, agent: object | null = null): Promise<readonly string[]> => {
  const routes = sessionRoutes({
    openSessions: () =>
      Promise.resolve({
        find: () => Promise.resolve({ ...head, usage: { cost: 0n } }),
        load: () => Promise.resolve({ turns }),
      } as unknown as Sessions),
    catalog: { lookUp: (name: string) => (name === 'clerk' ? agent : null) },
    findUserNames: () => Promise.resolve(new Map()),
  } as unknown as SessionRouteParts);
  const principal = { tenantId: 'demo', tenant: newTenant('demo', 0, settings) };
  const event = { pathParameters: { sessionId: 'one' }, principal } as unknown as HttpEvent & {
    readonly principal: never;
  };
  const response = await routes['/sessions/{sessionId}']?.['GET']?.(event);
  const body = JSON.parse(response?.body as string) as { readonly turns: readonly { readonly content: string }[] };
  return body.turns.map(({ content }) => content);
};

it('a session is shown as it was said where nobody asks for redaction', async () => {
  expect(await shown({})).toEqual(turns.map(({ content }) => content));
  expect(await shown({ redactOutput: true, shadow: ['redaction'] })).toEqual(turns.map(({ content }) => content));
});

it('a session is shown redacted where its tenant or its agent says so', async () => {
  const redacted = ['My card is [REDACTED_CARD], I am ada@example.com.', 'Noted: [REDACTED_CARD].'];
  expect(await shown({ redactOutput: true })).toEqual(redacted);
  expect(await shown({}, { redactOutput: true, redact: null })).toEqual(redacted);
});
