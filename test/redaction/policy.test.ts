import { expect, it } from 'vitest';
import { openGuard } from '../../lib/redaction/output-guard.ts';
import { redactionPolicy, type RedactionSettings } from '../../lib/redaction/policy.ts';

const OFF: RedactionSettings = { redactOutput: false, redact: null };
const ON: RedactionSettings = { redactOutput: true, redact: null };
const DEFAULTS = ['keys', 'cards', 'ssn', 'iban'];

it.each<[string, RedactionSettings, readonly string[], RedactionSettings | undefined, object | null]>([
  ['nothing is redacted where nobody asks for it', OFF, [], OFF, null],
  ['classes alone turn nothing on', { ...OFF, redact: ['email'] }, [], undefined, null],
  ['a tenant has the default classes redacted', ON, [], OFF, { classes: DEFAULTS, isShadow: false }],
  ['an agent has them for every tenant', OFF, [], ON, { classes: DEFAULTS, isShadow: false }],
  [
    'the classes of both count',
    { ...ON, redact: ['phone'] },
    [],
    { ...ON, redact: ['cards'] },
    { classes: ['cards', 'phone'], isShadow: false },
  ],
  ['the shadow of a tenant counts and replaces nothing', ON, ['redaction'], ON, { classes: DEFAULTS, isShadow: true }],
  [
    'the shadow counts before redactOutput is on',
    { ...OFF, redact: ['email'] },
    ['redaction'],
    undefined,
    { classes: ['email'], isShadow: true },
  ],
  ['the shadow of another guard is not its own', OFF, ['rate', 'input'], undefined, null],
])('%s', (_title, tenant, shadow, agent, policy) => {
  expect(redactionPolicy({ ...tenant, shadow }, agent)).toEqual(policy);
});

it('a guard in shadow changes nothing and holds nothing back, and counts', async () => {
  const guard = await openGuard({ classes: ['cards', 'keys'], isShadow: true });
  expect(guard.texts().push('pay 4111 1111')).toBe('pay 4111 1111');
  expect(guard.text('4111111111111111')).toBe('4111111111111111');
  expect([...guard.count({ texts: ['4111111111111111, 4111-1111-1111-1111'] })]).toEqual([['cards', 2]]);
});
