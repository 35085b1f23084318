import { DEFAULT_CLASSES, REDACTION_CLASSES, type RedactionClass } from './classes.ts';

/** What a tenant or an agent says of its own answers. */
export interface RedactionSettings {
  readonly redactOutput: boolean;
  /** Which classes; `null`: the default ones. */
  readonly redact: readonly RedactionClass[] | null;
}

/** What is redacted of one call's answer. */
export interface RedactionPolicy {
  readonly classes: readonly RedactionClass[];
  /** Nothing is replaced, only counted. */
  readonly isShadow: boolean;
}

const NONE: RedactionSettings = { redactOutput: false, redact: null };

const classesOf = ({ redactOutput, redact }: RedactionSettings): readonly RedactionClass[] =>
  redactOutput ? (redact ?? DEFAULT_CLASSES) : [];

/**
 * What a tenant and its agent ask for together, and what the agent asked for `earlier`; `null`: nothing. A tenant that tries redaction out (`shadow`) has it counted also
 * where `redactOutput` is not on yet, and then nothing of its calls is replaced, whatever the agent says.
 */
export const redactionPolicy = (
  tenant: RedactionSettings & { readonly shadow: readonly string[] },
  agent: RedactionSettings = NONE,
  earlier: RedactionSettings = NONE,
): RedactionPolicy | null => {
  const isShadow = tenant.shadow.includes('redaction');
  const chosen = [
    ...classesOf({ ...tenant, redactOutput: tenant.redactOutput || isShadow }),
    ...classesOf(agent),
    ...classesOf(earlier),
  ];
  const classes = REDACTION_CLASSES.filter((name) => chosen.includes(name));
  return classes.length === 0 ? null : { classes, isShadow };
};
