import { RUNBOOK } from '../../lib/alerts/alarm/runbook.ts';
import { nearestName } from '../../lib/kernel/nearest-name.ts';
import { type Call, COMMON_USAGE, verbOf } from './parts.ts';
import { Misused, Refused } from './verb.ts';

const USAGE = `Shows the alarms and who is notified of them, and tries the way to them.

  npx ballast alarms                                   each alarm that the stage makes: how soon to look, whether it is on, what it means
  npx ballast alarms test                              a message to each target of the server, that says that it is a test
  npx ballast alarms send circuit-open                 to the targets of .env and the console of npm start; its end: send circuit-open OK
  npx ballast alarms send circuit-open --stage dev     sets the state of the real alarm, by the AWS CLI

  --all                                of the list: also those that the stage does not make
  --stage <stage>, --region <region>   of send: the stage on AWS whose alarm is set; else as below
${COMMON_USAGE}
The list and test take the key of an administrator (BALLAST_ADMIN_KEY), and of a stage its --stage or --url. Without such a key the list
has every alarm that there may be. test ends with 1 where a target did not
take the message, or there is none.
`;

interface Health {
  readonly checks: Readonly<Record<string, { readonly status: string; readonly detail?: string } | undefined>>;
}

interface Listed {
  readonly name: string;
  readonly severity: string;
  readonly means: string;
  readonly action: string;
  /** The command that shows more of it. An older stage says none. */
  readonly look?: string;
  /** `null`: nobody could say. */
  readonly made: boolean | null;
  /** `on`, `flapping` or `silenced`; `null`: it is not on, or nobody could say. */
  readonly state: string | null;
}

/** As `GET /admin/alarms` has it. */
interface AlarmList {
  readonly targets: readonly string[] | null;
  readonly on: readonly { readonly name: string | null; readonly state: string }[] | null;
  readonly alarms: readonly Omit<Listed, 'state'>[];
}

interface Found {
  readonly notified: string;
  readonly alarms: readonly Listed[];
}

const ofStage = async (call: Call): Promise<Found> => {
  const { targets, on, alarms } = (await call.api.ask('/admin/alarms')) as AlarmList;
  const states = new Map((on ?? []).map(({ name, state }) => [name, state]));
  const names = targets === null ? 'the secret that names them cannot be read' : targets.join(', ') || 'nobody';
  return { notified: names, alarms: alarms.map((alarm) => ({ ...alarm, state: states.get(alarm.name) ?? null })) };
};

const targets = async (call: Call): Promise<string> => {
  const { checks } = (await call.api.ask('/health')) as Health;
  const { alerts } = checks;
  return alerts === undefined ? 'not checked yet' : (alerts.detail ?? alerts.status);
};

/** What is known without a server, and without the key of an administrator. */
const ofEveryStage = async (call: Call): Promise<Found> => ({
  notified: await targets(call).catch(() => 'nobody answers, so nobody can say'),
  alarms: Object.entries(RUNBOOK).map(([name, { severity, means, action, look }]) => ({
    name,
    severity,
    means,
    action,
    look,
    made: null,
    state: null,
  })),
});

const namesOf = (alarms: readonly Listed[]): string => alarms.map(({ name }) => name).join(', ');

const list = async (call: Call): Promise<undefined> => {
  const { notified, alarms } = await ofStage(call).catch(() => ofEveryStage(call));
  const off = alarms.filter(({ made }) => made === false);
  const shown = call.flag('all') ? alarms : alarms.filter(({ made }) => made !== false);
  call.print({ notified, alarms: shown, off: off.map(({ name }) => name) }, () => {
    const rows = shown.map(({ name, severity, means, made, state }) => [
      name,
      severity,
      made === false ? 'not made' : (state ?? ''),
      means,
    ]);
    const said = [
      ...shown.flatMap(({ name, state, look }) =>
        state === null || look === undefined ? [] : [`To look at ${name}: ${look}`],
      ),
      `Who is notified: ${notified}. docs/alarms.md says what to do.`,
      ...(off.length === 0 ? [] : [`This stage does not make ${namesOf(off)}.`]),
      ...(alarms.some(({ made }) => made === null) ? ['Which of them a stage makes, it tells an administrator.'] : []),
    ];
    return `${call.table(['alarm', 'severity', 'state', 'means'], rows)}\n${said.join('\n')}\n`;
  });
};

const stateOf = (word = 'ALARM'): 'ALARM' | 'OK' => {
  if (word === 'ALARM' || word === 'OK') return word;
  throw new Misused(`A state is ALARM or OK, and not ${word}.`);
};

const known = (name: string): string => {
  if (Object.hasOwn(RUNBOOK, name)) return name;
  const meant = nearestName(name, Object.keys(RUNBOOK));
  throw new Misused(
    `There is no alarm ${name}.${meant === null ? ' npx ballast alarms has them.' : ` Did you mean ${meant}?`}`,
  );
};

const send = async (call: Call): Promise<undefined> => {
  const [word = '', state] = call.words;
  const name = known(word);
  const stage = call.text('stage');
  if (stage === undefined) {
    const { sendByHand } = await import('../send-by-hand.ts');
    const says = await sendByHand([name, stateOf(state)], call.shell.directory);
    call.print(
      { name, state: stateOf(state) },
      () => `${name} is ${stateOf(state)}.${says === null ? '' : ` ${says}`}\n`,
    );
    return;
  }
  const region = call.text('region');
  const alarm = `ballast-${stage}-${name}`;
  call.shell.err(`Sets ${alarm} to ${stateOf(state)} in ${region ?? 'the region of your profile'}.\n`);
  const words = ['cloudwatch', 'set-alarm-state', '--alarm-name', alarm, '--state-value', stateOf(state)];
  const where = region === undefined ? [] : ['--region', region];
  const { code, stderr } = await call.shell.command('aws', [...words, '--state-reason', 'Sent by hand', ...where]);
  if (code === null) throw new Refused('There is no program aws here: install the AWS CLI.');
  if (code !== 0) throw new Refused(stderr.trim() || `aws ended with ${code}.`);
  call.print({ alarm, state: stateOf(state) }, () => `${alarm} is ${stateOf(state)}, until CloudWatch looks again.\n`);
};

interface Tested {
  readonly targets: readonly { readonly target: string; readonly delivered: boolean }[];
}

/** SNS takes a message for an address that has not confirmed its subscription too. */
const outcomeOf = (target: string, delivered: boolean): string => {
  if (!delivered) return 'not delivered';
  return target === 'mail' ? 'given to SNS, which mails it if the link in its first mail was followed' : 'delivered';
};

/** What the button of the console does: by the server that is asked, with its own targets. */
const test = async (call: Call): Promise<number> => {
  const { url } = call.api.server;
  call.shell.err(`Sends a test to the targets of ${url}.\n`);
  const tested = (await call.api.ask('/admin/alarms/test', { method: 'POST' })) as Tested;
  const { targets } = tested;
  call.print(tested, () =>
    targets.length === 0
      ? `Nobody is notified of alarms of ${url}: docs/alarms.md says how to name somebody.\n`
      : call.table(
          ['target', 'message'],
          targets.map(({ target, delivered }) => [target, outcomeOf(target, delivered)]),
        ),
  );
  return targets.length > 0 && targets.every(({ delivered }) => delivered) ? 0 : 1;
};

/** `ballast alarms`. */
export const alarms = verbOf({
  usage: USAGE,
  parts: {
    list: { administers: true, options: { all: { type: 'boolean' } }, run: list },
    test: { administers: true, run: test },
    send: {
      takes: ['alarm', 'state?'],
      options: { stage: { type: 'string' }, region: { type: 'string' } },
      run: send,
    },
  },
});
