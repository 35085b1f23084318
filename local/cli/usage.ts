import { printable } from '../../lib/telemetry/terminal/printable.ts';
import { readUsage, type StageBudget } from '../../scripts/read-usage.ts';
import { tableOf } from '../../scripts/usage-table.ts';
import { withQuery } from './api.ts';
import { type Call, COMMON_USAGE, verbOf } from './parts.ts';
import { Misused } from './verb.ts';

const USAGE = `Prints what was used and what it cost.

  npx ballast usage
  npx ballast usage --from 2026-11-01 --to 2026-11-20 --group-by model,user
  npx ballast usage --admin --tenant acme --group-by key
  npx ballast usage --csv > usage.csv

  --group-by <what>  day, month, model, agent, key, user, session, metadata.<name>, tool, or two of them at once;
                     with --admin: tenant, day, month, model, and with --tenant all but tool
  --from, --to       days, both included (default: this month)
  --admin            over all tenants, with the key of an administrator; below it what is left of the stage's budget of
                     the day, where it has one
  --tenant <tenant>  with --admin: of this tenant
  --csv              as CSV
${COMMON_USAGE}`;

/** The largest page the API gives: a table has no pages. */
const LIMIT = '10000';

const queryOf = (call: Call) => ({
  groupBy: call.text('group-by') ?? (call.flag('admin') ? 'tenant' : 'day'),
  limit: LIMIT,
  from: call.text('from'),
  to: call.text('to'),
  tenant: call.text('tenant'),
});

/** Of CSV, whose lines end in CR LF: a CR elsewhere is one that a terminal would act on. */
const printableCsv = (csv: string): string => csv.split('\r\n').map(printable).join('\r\n');

const printCsv = async (call: Call, path: string): Promise<undefined> => {
  let cursor: string | undefined;
  for (let page = 0; page === 0 || cursor !== undefined; page += 1) {
    const asked = withQuery(path, { ...queryOf(call), format: 'csv', cursor });
    const response = await call.api.open(asked, { accept: 'text/csv' });
    const text = await response.text();
    // The columns are named once.
    call.shell.out(printableCsv(page === 0 ? text : text.slice(text.indexOf('\n') + 1)));
    cursor = response.headers.get('next-cursor') ?? undefined;
  }
};

const stageLine = ({ limitUsd, spentUsd, reservedUsd, remainingUsd, resetsAt }: StageBudget): string =>
  `\nBudget of the stage today: $${spentUsd} of $${limitUsd} spent, $${reservedUsd} reserved, $${remainingUsd} left until ${resetsAt}\n`;

/** `ballast usage`. */
export const usage = verbOf({
  usage: USAGE,
  parts: {
    '': {
      options: {
        'group-by': { type: 'string' },
        from: { type: 'string' },
        to: { type: 'string' },
        tenant: { type: 'string' },
        admin: { type: 'boolean', default: false },
        csv: { type: 'boolean', default: false },
      },
      async run(call) {
        if (call.flag('csv') && call.flag('json')) throw new Misused('--csv and --json exclude each other.');
        if (call.text('tenant') !== undefined && !call.flag('admin')) throw new Misused('--tenant goes with --admin.');
        const path = call.flag('admin') ? '/admin/usage' : '/usage';
        if (call.flag('csv')) return printCsv(call, path);
        const { groupBy, ...query } = queryOf(call);
        const given = Object.fromEntries(
          Object.entries({ groupBy, ...query }).filter((pair): pair is [string, string] => pair[1] !== undefined),
        );
        const onPage = (groups: number) => call.progress.at({ done: groups, of: null, what: 'groups' });
        const { server } = call.api;
        const found = await readUsage({ ...server, path, query: given, onPage }, (target) =>
          call.api.open(target.href.slice(server.url.length), { accept: 'application/json' }),
        );
        call.progress.end();
        const { stageBudget } = found;
        const below = stageBudget ? printable(stageLine(stageBudget)) : '';
        call.print(found, () => `${tableOf(groupBy, found.groups, found.totals)}${below}`);
      },
    },
  },
});
