import { join } from 'node:path';
import { readAddress } from '../../local/data-files.ts';
import { openStage } from '../../scripts/open-stage.ts';
import type { Stage } from './browser.ts';

/** The stores of the server, for what no request can bring about. */
export const storesOf = ({ server }: Pick<Stage, 'server'>) =>
  openStage('local', undefined, readAddress(join(server.directory, '.ballast'))?.dynamoDb);

/** Asks as an administrator, and makes a tenant with a key of its own. */
export const tenantIn = async ({ server }: Pick<Stage, 'server'>, tenantId: string): Promise<string> => {
  const headers = { 'x-api-key': 'ballast-dev-admin-key', 'content-type': 'application/json' };
  const send = (method: string, path: string, body: object) =>
    server.ask(path, { method, headers, body: JSON.stringify(body) });
  await send('PUT', `/admin/tenants/${tenantId}`, {});
  const made = await send('POST', `/admin/tenants/${tenantId}/keys`, { name: 'books' });
  return ((await made.json()) as { key: string }).key;
};
