import { readTransitions } from '../lib/alerts/alarm/transition.ts';
import { createNotifiedAlarms } from '../lib/alerts/notified-alarms.ts';
import { createDynamoDb } from '../lib/dynamodb/client.ts';
import { createTable } from '../lib/dynamodb/table.ts';
import type { Environment } from '../lib/kernel/environment.ts';
import { readAddress } from './data-files.ts';
import { functionEnvironment, TABLE_NAMES } from './environment.ts';
import type { Settings } from './settings.ts';
import { systemClock } from './system-clock.ts';

/**
 * Notes an alarm in the database of the server that runs on this data directory, whose console shows it then; nothing else
 * of what is told and damped. `false`: none runs.
 */
export const noteAlarm = async (event: unknown, settings: Settings, env: Environment): Promise<boolean> => {
  const address = readAddress(settings.dataDirectory);
  if (address === null) return false;
  const surroundings = { version: '', terminal: false, secretsUrl: '', lambdaUrl: null, simulatedClaudeUrl: null };
  const own = { ...env, ...functionEnvironment(env, { ...surroundings, settings, dynamoDbUrl: address.dynamoDb }) };
  const table = createTable({
    client: createDynamoDb({ env: own, clock: systemClock }),
    name: TABLE_NAMES.ControlTable,
    clock: systemClock,
    random: Math.random,
  });
  const notifiedAlarms = createNotifiedAlarms({ table, clock: systemClock });
  try {
    for (const transition of readTransitions(event)) if (transition !== null) await notifiedAlarms.note(transition);
    return true;
  } catch {
    // It was killed before it could take its address away.
    return false;
  }
};
