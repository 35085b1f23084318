import { describe, expect, it } from 'vitest';
import { agents } from '#agents';
import {
  createStageAdministration,
  type StageAdministrationOptions,
} from '../../lib/administration/stage-administration.ts';
import type { CircuitView } from '../../lib/circuit-breaker/view.ts';
import { createIds } from '../../lib/kernel/ids/ids.ts';
import { type TenantSettings, UNLIMITED } from '../../lib/tenants/types.ts';
import { createFakeClock } from '../fake-clock.ts';

const actor = { tenantId: 'admin', keyId: 'key_a' };
const closed = { state: 'closed', failures: 0, openedAt: null, retryAfterMs: null } as const;

/** A stage with those prices and without tenants, whose circuits have never failed. */
const stageOf = (models: readonly string[]) => {
  const clock = createFakeClock();
  const randomBytes = (length: number) => new Uint8Array(length);
  const set = async (name: string): Promise<CircuitView> => ({ name, ...closed });
  return createStageAdministration({
    clock,
    ids: createIds(clock, randomBytes),
    randomBytes,
    agents,
    models,
    circuits: { list: async () => [], set },
    tenants: { find: async () => null },
    isPriced: (model: string) => models.includes(model),
    ledger: { query: async function* () {}, putNewOrFind: async () => null },
  } as unknown as StageAdministrationOptions);
};

describe('the circuits of a stage', () => {
  const { circuits } = stageOf(['claude-opus-5-5', 'claude-own-20260101']);

  it.each(['anthropic/claude-opus-5-5', 'anthropic/claude-own', 'tool/open-meteo'])(
    'are those it has: %s',
    async (name) => {
      expect(await circuits.set(name, { state: 'closed' }, actor)).toMatchObject({ name });
    },
  );

  it.each([
    'anthropic/claude-opus-4-8',
    'anthropic/claude-own-20260101',
    'tool/calculate',
    'anthropic/__proto__',
    'tool/',
  ])('are no others: %s', async (name) => {
    await expect(circuits.set(name, { state: 'isolated' }, actor)).rejects.toMatchObject({ code: 'not-found' });
  });
});

it('a name that the stage does not have is refused with the one that is probably meant', async () => {
  const settings: TenantSettings = {
    ...UNLIMITED,
    name: 'Acme',
    allowedModels: ['claude-opus-5.5', 'gpt-5'],
    allowedAgents: ['asistant'],
    allowedTools: ['getWeather'],
    fallbackModels: { 'claude-opus-5-5': ['claude-opus-5-5[1m]'] },
  };
  const { tenants } = stageOf(['claude-opus-5-5']);
  const put = tenants.put('acme', settings, actor);
  await expect(put).rejects.toMatchObject({
    message: 'The body has 5 invalid fields; see errors.',
    issues: [
      ['allowedModels.0', 'is not a model with a known price; did you mean claude-opus-5-5?'],
      ['allowedModels.1', 'is not a model with a known price'],
      ['allowedAgents.0', 'is not an agent of this stage; did you mean assistant?'],
      ['allowedTools.0', 'is not a tool of an agent of this stage; did you mean get_weather?'],
      ['fallbackModels.claude-opus-5-5.0', 'is not a model with a known price; did you mean claude-opus-5-5?'],
    ].map(([path, message]) => ({ path, message })),
  });
});
