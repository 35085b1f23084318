import { createHash } from 'node:crypto';
import type { Redacted } from '../kernel/redacted.ts';

type Field = string | number | readonly string[] | readonly Readonly<Record<string, string>>[];

/** One thing that every target is told once. */
export interface Alert {
  /** The same for whatever must not be told twice: 32 hexadecimal digits. */
  readonly id: string;
  /** What it is about, and how that is now, for the log. */
  readonly alarm: Redacted;
  readonly state: Redacted;
  /** For people who read it in Slack, in its markup. */
  readonly text: string;
  /** For people who read it in a mail; `null`: nobody is to get one. */
  readonly mail: { readonly subject: string; readonly text: string } | null;
  /** For programs, beside the id. */
  readonly fields: { readonly type: string } & Readonly<Record<string, Field>>;
}

/** The id of what these parts name; none of them may hold a line break. */
export const alertId = (...parts: readonly string[]): string =>
  createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 32);
