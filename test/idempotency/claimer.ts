/** A process of a fleet that claims keys. Its time stands still at the instant it is started with, so that locks end when a test says so. */
import { randomBytes } from 'node:crypto';
import { createSdkClient, throughSdk } from '../../lib/dynamodb/client.ts';
import { createTable } from '../../lib/dynamodb/table.ts';
import { createDynamoDbClaimStore } from '../../lib/idempotency/dynamodb-store.ts';
import { createIdempotency } from '../../lib/idempotency/idempotency.ts';
import type { OwnedClaim } from '../../lib/idempotency/owned-claim.ts';
import { AppError } from '../../lib/kernel/errors.ts';
import { systemClock } from '../../local/system-clock.ts';
import { DUMMY_CONNECTION, TABLE_NAMES } from '../dynamodb-names.ts';
import { obeyOrders } from '../fleet/obey-orders.ts';
import type { Command, Reply } from './claimer-protocol.ts';

const [, , endpoint = '', now = '0', lockMs = '0'] = process.argv;
const client = throughSdk(createSdkClient({ ...DUMMY_CONNECTION, endpoint }, systemClock));
const random = () => randomBytes(4).readUInt32BE() / 2 ** 32;
const table = createTable({ client, name: TABLE_NAMES.ControlTable, clock: systemClock, random });
const idempotency = createIdempotency({
  store: createDynamoDbClaimStore({ table, random }),
  clock: { ...systemClock, now: () => Number(now) },
  emit: () => undefined,
  randomBytes,
  lockMs: Number(lockMs),
});

const owned = new Map<string, OwnedClaim>();

const claimOnce = async (key: string, body: string): Promise<string> => {
  try {
    const request = { tenantId: 'acme', key, method: 'POST', path: '/agent/run', body: Buffer.from(body) };
    const claim = await idempotency.claim(request);
    if (claim.kind === 'replay') return `replay ${JSON.stringify(claim.result.body)}`;
    owned.set(key, claim);
    return 'claimed';
  } catch (error) {
    return error instanceof AppError ? error.code : 'broken';
  }
};

const obey = async (command: Command): Promise<Reply> => {
  const claim = owned.get(command.key);
  switch (command.act) {
    case 'claim':
      return Promise.all(Array.from({ length: command.times }, () => claimOnce(command.key, command.body)));
    case 'complete':
      return [String(await claim?.complete({ status: 200, body: { by: command.by } }))];
    case 'release':
      return [String(await claim?.release())];
    case 'markEffects':
      return [
        String(
          await claim?.markEffects().then(
            () => 'done',
            (error: AppError) => error.code,
          ),
        ),
      ];
  }
};

// A test may have one command overtake another.
await obeyOrders(obey, { overtaking: true });
