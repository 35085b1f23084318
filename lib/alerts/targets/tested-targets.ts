import { createDeadline } from '../../kernel/deadline.ts';
import { label, safe } from '../../kernel/redacted.ts';
import { nameError } from '../../telemetry/describe-error.ts';
import type { Emit } from '../../telemetry/events.ts';
import { commandOf } from '../alarm/own-stage.ts';
import { RUNBOOK } from '../alarm/runbook.ts';
import type { RunbookEntry, Severity } from '../alarm/runbook-entry.ts';
import { type Alert, alertId } from '../alert.ts';
import { createMail, type MailOptions } from './mail.ts';
import { waysTo } from './notify-targets.ts';
import { createPost, type PostOptions } from './post.ts';
import { currentTargets, type Targets, type TargetsOptions } from './targets.ts';

/** What becomes of a test message at one target: `slack`, `webhook` or `mail`. */
export interface TestedTarget {
  readonly target: string;
  readonly delivered: boolean;
}

/** An alarm of the stage, in the sentences of the runbook. */
export interface KnownAlarm {
  readonly name: string;
  readonly severity: Severity;
  readonly means: string;
  readonly action: string;
  /** The command that shows more of it, as it is typed for this stage. */
  readonly look: string;
  /** Whether the stage has it: otherwise it never goes off. */
  readonly made: boolean;
}

export interface TestedTargets {
  /** Every alarm that a stage may have, by name. */
  readonly alarms: readonly KnownAlarm[];
  /** The targets that are set, by name. Rejects where they cannot be read. */
  names(): Promise<readonly string[]>;
  /** Sends each target a message that says that it is a test. Rejects where the targets cannot be read. */
  test(): Promise<readonly TestedTarget[]>;
}

export interface TestedTargetsOptions extends TargetsOptions, PostOptions, MailOptions {
  readonly emit: Emit;
  readonly stage: string;
  /** Alarms that the stage does not make. Default: none. */
  readonly unmade?: ReadonlySet<string>;
}

/** Whoever asks waits for the answer, within the 10 s that a function of the API has. */
const LIMIT_MS = 7_000;

const TEXT = 'This is a test of Ballast: alarms of this stage arrive here. Nothing is wrong.';

/** A message that nobody takes for an alarm. Each is a new one: a test is not told once, but as often as it is asked for. */
const testAlert = (now: number): Alert => ({
  id: alertId('test', String(now)),
  alarm: label('test'),
  state: safe`TEST`,
  text: `:white_check_mark: ${TEXT}`,
  mail: { subject: 'Test: alarms of Ballast arrive here', text: TEXT },
  fields: { type: 'alarm.test', at: new Date(now).toISOString() },
});

/** That of the topic of the alarms; `null`: the stage has none. */
const regionOf = (topicArn = ''): string | null => topicArn.split(':')[3] ?? null;

const namesOf = (targets: Targets): string[] =>
  Object.entries(targets).flatMap(([name, target]) => (target === null ? [] : [name]));

/** The targets of alarms, to be shown and tried by an administrator. */
export const createTestedTargets = (options: TestedTargetsOptions): TestedTargets => {
  const { clock, emit, stage, topicArn, unmade = new Set() } = options;
  const known = ([name, { severity, means, action, look }]: readonly [string, RunbookEntry]): KnownAlarm => {
    const words = { means, action: action.replaceAll('<stage>', () => stage) };
    return { name, severity, ...words, look: commandOf(look, stage, regionOf(topicArn)), made: !unmade.has(name) };
  };
  const by = { clock, post: createPost(options), mail: createMail(options) };
  return {
    alarms: Object.entries(RUNBOOK)
      .map(known)
      .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    names: async () => namesOf(await currentTargets(options)),
    async test() {
      const alert = testAlert(clock.now());
      const ways = waysTo(alert, await currentTargets(options), by);
      return Promise.all(
        ways.map(async ([target, send]) => {
          const sent = { target: label(target), alarm: alert.alarm, state: alert.state };
          using deadline = createDeadline(clock, LIMIT_MS);
          try {
            await send(deadline);
          } catch (error) {
            emit({ type: 'alert.failed', ...sent, error: nameError(error) });
            return { target, delivered: false };
          }
          emit({ type: 'alert.sent', ...sent });
          return { target, delivered: true };
        }),
      );
    },
  };
};
