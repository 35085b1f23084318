/**
 * How soon somebody should look: `page` at once, whatever the hour; `ticket` on the next working day; `note` when it suits.
 */
export type Severity = 'page' | 'ticket' | 'note';

/** What is said of an alarm. A test holds the sentences against the alarm's section in `docs/alarms.md`. */
export interface RunbookEntry {
  readonly severity: Severity;
  /** What it means. */
  readonly means: string;
  /** What to do first. `<stage>`: the stage. */
  readonly action: string;
  /** The command that shows more of it. `<stage>`: the stage. */
  readonly look: string;
  /** What its values are counted in. Default: pieces. */
  readonly unit?: '%' | 'ms' | 'US dollars';
  /** The composite alarm that tells the same while it is on, and how much longer its consequences may last. */
  readonly follows?: { readonly cause: 'provider-down'; readonly forMs: number };
}
