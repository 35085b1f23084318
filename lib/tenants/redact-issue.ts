import type { FieldIssue } from '../kernel/errors.ts';
import { safe } from '../kernel/redacted.ts';
import type { TenantSettings } from './types.ts';

/** What is wrong with the chosen classes of secrets: whoever chooses them and has none redacted would think that he has. */
export const redactIssues = ({
  redact,
  redactOutput,
  shadow,
}: Pick<TenantSettings, 'redact' | 'redactOutput' | 'shadow'>): readonly FieldIssue[] =>
  redact === null || redactOutput || shadow.includes('redaction')
    ? []
    : [{ path: 'redact', message: safe`has no effect without redactOutput: true, or redaction in shadow` }];
