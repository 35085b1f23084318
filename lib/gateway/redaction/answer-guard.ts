import type { Outcome } from '../../model-call/outcome.ts';
import { openGuard, type SecretCounts } from '../../redaction/output-guard.ts';
import { redactionPolicy } from '../../redaction/policy.ts';
import type { Tenant } from '../../tenants/types.ts';
import type { MessageSink } from '../message-sink.ts';

/** Stands between an answer and its client, for tenants that ask for redaction. */
export interface AnswerGuard {
  sink(sink: MessageSink): MessageSink;
  /** The outcome as the client gets it; what was found in it is told. */
  outcome(called: Outcome): Outcome;
}

/** `null`: the tenant does not ask for it, and nothing is loaded. */
export const openAnswerGuard = async (
  tenant: Tenant,
  tell: (counts: SecretCounts) => void,
): Promise<AnswerGuard | null> => {
  const policy = redactionPolicy(tenant);
  if (policy === null) return null;
  const [guard, { redactMessage, secretsIn }, { redactSink }] = await Promise.all([
    openGuard(policy),
    import('./redacted-message.ts'),
    import('./redacted-sink.ts'),
  ]);
  return {
    sink: (sink) => (guard.isOn ? redactSink(sink, guard) : sink),
    outcome(called) {
      if (!called.ok) {
        const { fault } = called;
        return { ...called, fault: { ...fault, error: fault.error.withWords(guard.text) } };
      }
      tell(secretsIn(called.message, guard));
      return guard.isOn ? { ...called, message: redactMessage(called.message, guard) } : called;
    },
  };
};
