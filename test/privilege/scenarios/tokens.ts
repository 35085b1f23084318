import { SignJWT } from 'jose';
import type { Stage } from '../stage.ts';
import { addTenant } from './administer.ts';

/** Callers with a token of the issuer in the place of a key, at every function behind a credential. */
export const tokens = async (stage: Stage): Promise<void> => {
  const { ask, values, clock } = stage;
  await addTenant(stage, 'issued');
  const token = await new SignJWT({
    tenant: 'issued',
    scope: 'runs:write runs:read usage:read messages:write',
    iss: 'issuer',
    aud: 'ballast',
    exp: Math.floor(clock.now() / 1_000) + 3_600,
  })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode(values.get('JwtSecret')));
  for (const line of ['GET /agents', 'GET /agent/runs', 'GET /sessions', 'GET /usage', 'GET /v1/models'])
    await ask(token, line);
  for (const line of ['GET /agent/runs/run_0', 'GET /agent/runs/run_0/events', 'POST /agent/runs/run_0/cancel'])
    await ask(token, `${line} 404`);
  await ask(token, 'GET /admin/tenants 403');
  await ask(token, 'POST /agent/run', { task: 'Hello.' });
  await ask(token, 'POST /v1/messages', {
    model: 'claude-sonnet-5-5',
    max_tokens: 10,
    messages: [{ role: 'user', content: 'Hello.' }],
  });
};
