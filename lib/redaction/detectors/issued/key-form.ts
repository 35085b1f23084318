import type { RedactionLabel } from '../../classes.ts';
import type { CharSet } from '../../reader.ts';

/** The form of an issuer's keys: what they begin with, of which characters the rest is, and how many of them there are at least. */
export interface Form {
  readonly prefix: string;
  readonly body: CharSet;
  readonly least: number;
  /** So many and no more. Default: any number. */
  readonly exact?: true;
  /** What the first character of the rest is, where that is less. */
  readonly first?: CharSet;
  /** Has to look random: the prefix alone says little. */
  readonly random?: true;
  readonly label?: RedactionLabel;
}
