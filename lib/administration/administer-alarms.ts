import { AppError } from '../kernel/errors.ts';
import { safe } from '../kernel/redacted.ts';
import type { Actor } from '../tenants/types.ts';
import type { Note } from './audited.ts';

/** An alarm as an administrator sees it. */
export interface ShownAlarm {
  readonly name: string;
  readonly severity: 'page' | 'ticket' | 'note';
  readonly means: string;
  readonly action: string;
  /** The command that shows more of it. */
  readonly look: string;
  readonly made: boolean;
}

/** An alarm that is on. */
export interface ShownAlarmOn {
  /** As CloudWatch has it. */
  readonly alarm: string;
  /** Of the `ShownAlarm`; `null`: it is none of Ballast's. */
  readonly name: string | null;
  readonly severity: ShownAlarm['severity'];
  readonly state: 'on' | 'flapping' | 'silenced';
  readonly since: string;
  /** The alarm that is told in the place of a silenced one. */
  readonly silencedBy: string | null;
  readonly value: number | null;
  readonly threshold: number | null;
  readonly comparison: string | null;
  readonly unit: string | null;
  readonly children: readonly string[];
  readonly means: string | null;
  readonly action: string | null;
  readonly look: string | null;
  readonly url: string | null;
}

/** What became of a test message at one target. */
export interface ShownTest {
  readonly target: string;
  readonly delivered: boolean;
}

/** The alarms of the stage and whom they reach, which are no business of tenants. */
export interface AlarmsPort {
  readonly alarms: readonly ShownAlarm[];
  names(): Promise<readonly string[]>;
  on(): Promise<readonly ShownAlarmOn[]>;
  test(): Promise<readonly ShownTest[]>;
}

export interface AlarmList {
  /** The names of those that are set; `null` where that cannot be read. */
  readonly targets: readonly string[] | null;
  /** `null` where that cannot be read. */
  readonly on: readonly ShownAlarmOn[] | null;
  readonly alarms: readonly ShownAlarm[];
}

export interface AlarmAdministration {
  list(): Promise<AlarmList>;
  /** Sends one test message to each target. Throws `upstream-error` where they cannot be read. */
  test(actor: Actor): Promise<readonly ShownTest[]>;
}

export interface AlarmAdministrationOptions {
  /** Loaded when it is asked for: most processes are never asked. */
  readonly alarms: () => Promise<AlarmsPort>;
  readonly note: Note;
}

export const createAlarmAdministration = ({ alarms, note }: AlarmAdministrationOptions): AlarmAdministration => ({
  async list() {
    const port = await alarms();
    const [targets, on] = await Promise.all([port.names().catch(() => null), port.on().catch(() => null)]);
    return { targets, on, alarms: port.alarms };
  },
  async test(actor) {
    const port = await alarms();
    await note({ actor, action: 'alarms.tested', target: 'alarms', changes: {} });
    return port.test().catch((cause: unknown) => {
      throw new AppError('upstream-error', safe`The targets of alarms cannot be read.`, { cause });
    });
  },
});
