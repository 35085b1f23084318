/** What a stop reason says of its run. */
interface StopReason {
  readonly status: 'succeeded' | 'incomplete';
  /**
   * `again`: the answer is whole, so that whoever asks the same may be given it; `caller`: it says something about the
   * caller and its limits, and nothing about the question; `now`: neither.
   */
  readonly holds: 'again' | 'caller' | 'now';
}

const row = (status: StopReason['status'], holds: StopReason['holds']): StopReason => ({ status, holds });

/** How a run can end that has something to say: the stop reasons of the model, and Ballast's own limits. */
export const STOP_REASONS = {
  end_turn: row('succeeded', 'again'),
  stop_sequence: row('succeeded', 'again'),
  refusal: row('succeeded', 'now'),
  max_tokens: row('incomplete', 'now'),
  context_window: row('incomplete', 'now'),
  max_model_calls: row('incomplete', 'caller'),
  max_cost: row('incomplete', 'caller'),
  budget: row('incomplete', 'caller'),
  deadline: row('incomplete', 'caller'),
  /** The answer is whole, but could not be reviewed or revised as its agent's pattern says. */
  review_failed: row('incomplete', 'now'),
  /** The answer is whole, but its agent's `output` refuses it, also mended. */
  invalid_output: row('incomplete', 'now'),
  /** No model answered, and the agent's own message stands in. */
  fallback: row('incomplete', 'now'),
};

export type RunStop = keyof typeof STOP_REASONS;

export const isRunStop = (reason: string): reason is RunStop => Object.hasOwn(STOP_REASONS, reason);

/** A reason that the provider has added since ends a run too, as an answer that nobody else is given. */
const UNKNOWN = row('succeeded', 'now');

export const meaningOf = (stop: RunStop): StopReason => (isRunStop(stop) ? STOP_REASONS[stop] : UNKNOWN);
