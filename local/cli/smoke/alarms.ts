import { RUNBOOK } from '../../../lib/alerts/alarm/runbook.ts';
import { expectStatus, expectThat, Skipped, type SmokeCheck } from './check.ts';
import type { Stage } from './stage.ts';

/** As `GET /admin/alarms` has it. */
interface AlarmList {
  readonly targets: readonly string[] | null;
  readonly on: readonly { readonly alarm: string }[] | null;
  readonly alarms: readonly { readonly name: string; readonly severity: string; readonly made: boolean }[];
}

interface Tested {
  readonly targets: readonly { readonly target: string; readonly delivered: boolean }[];
}

const expectDelivery = async (admin: Stage): Promise<void> => {
  const reply = await admin.ask('/admin/alarms/test', { method: 'POST' });
  expectStatus(reply, 200, 'POST /admin/alarms/test');
  const failed = (reply.json as Tested).targets.filter(({ delivered }) => !delivered).map(({ target }) => target);
  expectThat(failed.length === 0, `The test message did not reach ${failed.join(', ')}.`);
};

const listed = (names: readonly string[]): string => names.join(', ') || 'none';

/** Sends nobody anything, unless it is asked to. */
export const alarms: SmokeCheck = {
  what: 'alarms are known, and reach somebody',
  async run({ admin, testsAlarms }) {
    if (admin === null) throw new Skipped('It takes --admin-key.');
    const reply = await admin.ask('/admin/alarms');
    expectStatus(reply, 200, 'GET /admin/alarms');
    const { targets, on, alarms: all } = reply.json as AlarmList;
    const names = new Set(all.map(({ name }) => name));
    const missing = Object.keys(RUNBOOK).filter((name) => !names.has(name));
    expectThat(missing.length === 0, `The stage does not know ${missing.join(', ')}.`);
    expectThat(on !== null, 'The stage cannot read which alarms are on.');
    expectThat(targets !== null, 'The stage cannot read whom alarms reach.');
    const unmade = all.filter(({ made, severity }) => !made && severity === 'page').map(({ name }) => name);
    const made = `${all.filter((one) => one.made).length} made${unmade.length === 0 ? '' : `, without ${listed(unmade)}`}`;
    if (targets?.length === 0)
      throw new Skipped(`Of ${made} none reaches anybody: docs/alarms.md says how to name somebody.`);
    if (testsAlarms) await expectDelivery(admin);
    const reach = `${testsAlarms ? 'a test reached' : 'they reach'} ${listed(targets ?? [])}`;
    return `${made}; on: ${listed((on ?? []).map(({ alarm }) => alarm))}; ${reach}.`;
  },
};
