/**
 * A server to be killed: takes the data directory given to it, starts the engine there, writes what it is told,
 * says so in one line of JSON and stays.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { s } from '../../lib/dynamodb/attributes.ts';
import { createSdkClient, throughSdk } from '../../lib/dynamodb/client.ts';
import { createTable } from '../../lib/dynamodb/table.ts';
import { takeDataDirectory } from '../../local/data-directory.ts';
import { startEngine } from '../../local/engine.ts';
import { systemClock } from '../../local/system-clock.ts';
import { createTables, readTableDefinitions } from '../../local/tables.ts';
import { DUMMY_CONNECTION, TABLE_NAMES } from '../dynamodb-names.ts';
import { createFakeClock } from '../fake-clock.ts';
import { seededRandom } from '../seeded-random.ts';

const [, , directory = '', sk = ''] = process.argv;
const held = takeDataDirectory(directory);
const engine = await startEngine({ dbPath: join(held.path, 'dynamodb.db') });
const sdk = createSdkClient({ ...DUMMY_CONNECTION, endpoint: engine.endpoint }, systemClock);
const client = throughSdk(sdk);
const definitions = readFileSync(new URL('../../infra/tables.yml', import.meta.url), 'utf8');
await createTables(sdk, readTableDefinitions(definitions, TABLE_NAMES));
const table = createTable({ client, name: TABLE_NAMES.LedgerTable, clock: createFakeClock(), random: seededRandom(1) });
await table.put({ pk: s('kept'), sk: s(sk) });
const keys: (string | undefined)[] = [];
for await (const item of table.query('kept', '')) keys.push(item['sk']?.S);
console.log(JSON.stringify({ enginePid: engine.pid, endpoint: engine.endpoint, keys }));
