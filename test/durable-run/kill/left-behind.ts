import { join } from 'node:path';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { createSdkClient } from '../../../lib/dynamodb/client.ts';
import { startEngine } from '../../../local/engine.ts';
import { TABLE_NAMES } from '../../../local/environment.ts';
import { systemClock } from '../../../local/system-clock.ts';
import { DUMMY_CONNECTION } from '../../dynamodb-names.ts';

/** What stands in the tables of a server that has ended though no run is unfinished; slots only while they are held, at `now`. */
export const leftBehind = async (directory: string, now: number): Promise<string[]> => {
  const engine = await startEngine({ dbPath: join(directory, '.ballast', 'dynamodb.sqlite') });
  const client = createSdkClient({ ...DUMMY_CONNECTION, endpoint: engine.endpoint }, systemClock);
  const keys = async (TableName: string): Promise<string[]> => {
    const found: string[] = [];
    let ExclusiveStartKey: Record<string, never> | undefined;
    do {
      const page = await client.send(new ScanCommand({ TableName, ...(ExclusiveStartKey && { ExclusiveStartKey }) }));
      for (const { pk, sk, expiresAt } of page.Items ?? [])
        if (Number(expiresAt?.N ?? Infinity) * 1_000 > now) found.push(`${pk?.S} ${sk?.S}`);
      ExclusiveStartKey = page.LastEvaluatedKey as typeof ExclusiveStartKey;
    } while (ExclusiveStartKey !== undefined);
    return found;
  };
  try {
    const [runs, control] = [await keys(TABLE_NAMES.RunsTable), await keys(TABLE_NAMES.ControlTable)];
    return [
      ...runs.filter((key) => /^(?:active|queue)#/.test(key)),
      ...control.filter((key) => key.startsWith('slots')),
    ];
  } finally {
    client.destroy();
    await engine.stop();
  }
};
