import { obeyOrders } from '../fleet/obey-orders.ts';
import { ownTable } from '../fleet/own-table.ts';
import { runRow } from './run-row.ts';
import { webhookSender } from './webhook-parts.ts';

const [endpoint = '', seed = '1', now = '0'] = process.argv.slice(2);
const world = ownTable(endpoint, Number(seed), () => Number(now));
const { deliver } = webhookSender({ ...world, rowOf: (runId) => runRow({ runId, status: 'succeeded' }) });

await obeyOrders<'deliver', 'done'>(async () => {
  await deliver();
  return 'done';
});
