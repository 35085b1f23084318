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
  test(): Promise<readonly ShownTest[]>;
}

export interface AlarmAdministration {
  /** `targets`: the names of those that are set; `null` where that cannot be read. */
  list(): Promise<{ readonly targets: readonly string[] | null; readonly alarms: readonly ShownAlarm[] }>;
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
    return { targets: await port.names().catch(() => null), alarms: port.alarms };
  },
  async test(actor) {
    const port = await alarms();
    await note({ actor, action: 'alarms.tested', target: 'alarms', changes: {} });
    return port.test().catch((cause: unknown) => {
      throw new AppError('upstream-error', safe`The targets of alarms cannot be read.`, { cause });
    });
  },
});
