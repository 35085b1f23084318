import { describe, expect, it } from 'vitest';
import { agents } from '#agents';
import {
  createStageAdministration,
  type StageAdministrationOptions,
} from '../../lib/administration/stage-administration.ts';
import type { CircuitView } from '../../lib/circuit-breaker/view.ts';
import { createIds } from '../../lib/kernel/ids.ts';
import { createFakeClock } from '../fake-clock.ts';

const actor = { tenantId: 'admin', keyId: 'key_a' };
const closed = { state: 'closed', failures: 0, openedAt: null, retryAfterMs: null } as const;

/** A stage with those prices, whose circuits have never failed. */
const circuitsOf = (models: readonly string[]) => {
  const clock = createFakeClock();
  const randomBytes = (length: number) => new Uint8Array(length);
  const set = async (name: string): Promise<CircuitView> => ({ name, ...closed });
  const { circuits } = createStageAdministration({
    clock,
    ids: createIds(clock, randomBytes),
    randomBytes,
    agents,
    models,
    circuits: { list: async () => [], set },
    ledger: { query: async function* () {}, putNewOrFind: async () => null },
  } as unknown as StageAdministrationOptions);
  return circuits;
};

describe('the circuits of a stage', () => {
  const circuits = circuitsOf(['claude-opus-5-5', 'claude-own-20260101']);

  it.each(['anthropic/claude-opus-5-5', 'anthropic/claude-own', 'tool/open-meteo'])(
    'are those it has: %s',
    async (name) => {
      expect(await circuits.set(name, 'closed', actor)).toMatchObject({ name });
    },
  );

  it.each([
    'anthropic/claude-opus-4-8',
    'anthropic/claude-own-20260101',
    'tool/calculate',
    'anthropic/__proto__',
    'tool/',
  ])('are no others: %s', async (name) => {
    await expect(circuits.set(name, 'isolated', actor)).rejects.toMatchObject({ code: 'not-found' });
  });
});
