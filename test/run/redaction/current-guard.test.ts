import { expect, it } from 'vitest';
import { type RunStream, silentStream } from '../../../lib/agent/loop/run-stream.ts';
import { openCurrentGuard } from '../../../lib/run/redaction/current-guard.ts';
import { openRunGuard } from '../../../lib/run/redaction/run-guard.ts';
import { newTenant, type TenantSettings } from '../../../lib/tenants/types.ts';

const setUp = async (settings: Partial<TenantSettings>) => {
  const heard: string[] = [];
  const stream: RunStream = {
    ...silentStream,
    text: (text) => void heard.push(text),
    textIs: (text) => void heard.push(`[is ${text}]`),
  };
  let tenant = newTenant('acme', 0, settings);
  const set = (changes: Partial<TenantSettings>) => void (tenant = { ...tenant, ...changes });
  const open = () => openRunGuard({ tenant, agent: null, stream, emit: () => undefined, runId: 'run_1' });
  return { heard, set, guard: await openCurrentGuard(stream, open) };
};

it('holds back half a secret over calls whose texts are one, also where its settings are read again between them', async () => {
  const { heard, guard } = await setUp({ redactOutput: true });
  guard.stream.text('pay 4111 1111');
  await guard.renew();
  guard.stream.modelStarted('claude', true);
  guard.stream.text(' 1111 1111 it is, then.');
  guard.stream.textIs('pay 4111 1111 1111 1111.');
  expect(heard.join('')).toMatch(/^pay \[REDACTED_CARD\] it.*\[is pay \[REDACTED_CARD\]\.\]$/);
});

it('tells by changed settings from then on', async () => {
  const { heard, guard, set } = await setUp({});
  guard.stream.text('4111 1111 1111 1111.');
  set({ redactOutput: true });
  await guard.renew();
  guard.stream.textIs('4111 1111 1111 1111.');
  expect(heard).toEqual(['4111 1111 1111 1111.', '[is [REDACTED_CARD].]']);
  expect([guard.input(['4111 1111 1111 1111']), guard.name]).toEqual([['[REDACTED_CARD]'], 'keys,cards,ssn,iban']);
});
