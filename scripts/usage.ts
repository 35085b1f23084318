import { parseArgs } from 'node:util';
import { readUsage, UsageRefused } from './read-usage.ts';
import { tableOf } from './usage-table.ts';

const USAGE = `Prints what was used, as a table.

  npm run usage -- [--url http://localhost:3000] [--from 2026-11-01] [--to 2026-11-20]
                   [--group-by day|month|model|agent|key|user|session|metadata.<name>|tool]
                   two at once: --group-by model,user
                   [--admin [--tenant <id>]]   over all tenants, by tenant, day or model

The key is read from BALLAST_API_KEY; it needs the scope usage:read, with --admin the scope admin.
`;

/** The largest page the API gives: a table has no pages. */
const LIMIT = '10000';

const ask = async (): Promise<void> => {
  const { values } = parseArgs({
    options: {
      url: { type: 'string', default: 'http://localhost:3000' },
      from: { type: 'string' },
      to: { type: 'string' },
      'group-by': { type: 'string' },
      admin: { type: 'boolean', default: false },
      tenant: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const { url, from, to, admin, tenant, help } = values;
  if (help) return void process.stdout.write(USAGE);
  const key = process.env['BALLAST_API_KEY'];
  if (!key) throw new UsageRefused('Set BALLAST_API_KEY to a key with the scope usage:read.');
  const groupBy = values['group-by'] ?? (admin ? 'tenant' : 'day');
  const query = {
    groupBy,
    limit: LIMIT,
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(tenant === undefined ? {} : { tenant }),
  };
  const path = admin ? '/admin/usage' : '/usage';
  const { groups, totals } = await readUsage({ url, key, path, query }, fetch);
  process.stdout.write(tableOf(groupBy, groups, totals));
};

const wrongOption = (error: unknown): boolean =>
  error instanceof TypeError && String((error as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS');

ask().catch((error: unknown) => {
  if (error instanceof UsageRefused) process.stderr.write(`${error.message}\n`);
  else if (wrongOption(error)) process.stderr.write(`${(error as Error).message}\n\n${USAGE}`);
  else process.stderr.write('The API does not answer; is --url right?\n');
  process.exitCode = 1;
});
