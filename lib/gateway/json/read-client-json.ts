import type * as z from 'zod/mini';
import { checkedBy, readJson } from '../../http/read-body.ts';
import type { HttpEvent } from '../../http/types.ts';
import { checkWellFormed } from '../../http/well-formed.ts';
import { AppError } from '../../kernel/errors.ts';
import { safe } from '../../kernel/redacted.ts';
import { jsonFlaw } from './json-flaw.ts';

export interface ClientJson<Checked> {
  /** As it came. */
  readonly text: string;
  /** What it parses to. */
  readonly value: unknown;
  /** What the schema made of it. */
  readonly checked: Checked;
}

/**
 * Reads a body that goes on to the provider as text, so that both have to read the same in it. Throws
 * `invalid-request` or `unsupported-media-type`; neither quotes what was sent.
 */
export const readClientJson = <Schema extends z.core.$ZodType>(
  event: HttpEvent,
  schema: Schema,
): ClientJson<z.core.output<Schema>> => {
  const { text, value } = readJson(event);
  const checked = checkedBy(schema, value);
  const flaw = jsonFlaw(text);
  if (flaw !== null) {
    const issues = [{ path: '', message: flaw }];
    throw new AppError('invalid-request', safe`The body is valid JSON, but is not accepted.`, { issues });
  }
  checkWellFormed(text, value);
  return { text, value, checked };
};
