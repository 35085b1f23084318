import * as z from 'zod/mini';
import { describeIssues } from '../../http/issues/describe-issue.ts';
import type { FieldIssue } from '../../kernel/errors.ts';
import type { Tool } from '../define/define-tool.ts';

/** An input as the tool's schema makes it, or what the schema has against it. */
export const readInput = async (
  tool: Tool,
  value: unknown,
): Promise<
  { readonly ok: true; readonly input: never } | { readonly ok: false; readonly issues: readonly FieldIssue[] }
> => {
  const parsed = await z.safeParseAsync(tool.input, value);
  if (parsed.success) return { ok: true, input: parsed.data as never };
  return { ok: false, issues: describeIssues(parsed.error.issues, { schema: tool.input, value }) };
};
