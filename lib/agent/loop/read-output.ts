import * as z from 'zod/mini';
import { describeIssues } from '../../http/issues/describe-issue.ts';

/** What a schema makes of an answer, or what it has against it. Plain JSON. */
export type ReadOutput =
  { readonly ok: true; readonly result: object } | { readonly ok: false; readonly issues: readonly string[] };

/** Models that are not held to a form like to set JSON off as code. */
const FENCED = /^```[a-z]*\n([^]*)\n```$/;

const refusedAs = (...issues: readonly string[]): ReadOutput => ({ ok: false, issues });

/** Reads an answer by the `output` of its agent. Never rejects: what the schema throws is against the answer too. */
export const readOutput = async (schema: z.core.$ZodType, text: string): Promise<ReadOutput> => {
  const trimmed = text.trim();
  let value: unknown;
  try {
    value = JSON.parse(FENCED.exec(trimmed)?.[1] ?? trimmed);
  } catch {
    return refusedAs('It is not JSON.');
  }
  try {
    const parsed = await z.safeParseAsync(schema, value);
    if (parsed.success) return { ok: true, result: JSON.parse(JSON.stringify(parsed.data)) as object };
    const issues = describeIssues(parsed.error.issues, { schema, value });
    return refusedAs(...issues.map(({ path, message }) => `${path || 'It'} ${message}.`));
  } catch {
    return refusedAs('It could not be checked.');
  }
};

/** What a model is told to do about an answer that its agent's `output` refuses. */
export const repairPrompt = (issues: readonly string[]): string =>
  [
    'Your answer was read by a program, which cannot use it:',
    ...issues.map((issue) => `- ${issue}`),
    'Write the whole answer anew, as one JSON object of the form you were given and nothing else.',
  ].join('\n');
