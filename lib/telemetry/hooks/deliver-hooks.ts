import type { Clock } from '../../kernel/clock.ts';
import { createDeadline, waitAtMost } from '../../kernel/deadline.ts';
import { label, type Redacted, safe } from '../../kernel/redacted.ts';
import { nameError } from '../describe-error.ts';
import type { Emit } from '../events.ts';
import { type HookContext, hookEventOf, type HookEvents, type HookName, type Hooks } from './hook-events.ts';
import type { Kept } from './hook-set.ts';

/** All hooks of one answer together take no longer; what goes on is given up. */
export const HOOKS_LIMIT_MS = 2_000;

export interface DeliverHooksParts {
  /** The hooks of agents, by the agent's name. */
  readonly ofAgents: ReadonlyMap<string, Hooks>;
  /** Those that are told of every agent. */
  readonly ofApp: Hooks;
  readonly clock: Clock;
  readonly emit: Emit;
  /** Takes values of the user's own metrics. */
  readonly metric: HookContext['metric'];
}

interface Told {
  readonly name: HookName;
  readonly event: HookEvents[HookName];
}

type Hook = (event: HookEvents[HookName], context: HookContext) => unknown;

/** Tells hooks what was kept, in its order; what they throw, and what takes too long, is told of as `hook.failed`. */
export const deliverHooks = async (
  { ofAgents, ofApp, clock, emit, metric }: DeliverHooksParts,
  kept: readonly Kept[],
): Promise<void> => {
  const hooksFor = ({ name, event }: Told): Hook[] =>
    [ofAgents.get(event.agent)?.[name], ofApp[name]].filter((hook) => hook !== undefined) as Hook[];
  const failed = ({ name, event }: Told, error: Redacted): void =>
    emit({ type: 'hook.failed', hook: label(name), runId: label(event.runId), agent: label(event.agent), error });

  using limit = createDeadline(clock, HOOKS_LIMIT_MS);
  const pending = new Set<Told>();
  const call = async (hook: Hook, told: Told): Promise<void> => {
    const waited = { ...told };
    pending.add(waited);
    try {
      await hook(told.event, { signal: limit.signal, metric });
    } catch (error) {
      if (limit.stoppedBy === null) failed(told, nameError(error));
    } finally {
      if (limit.stoppedBy === null) pending.delete(waited);
    }
  };
  const due = kept.flatMap(({ event, at }) => hookEventOf(event, at) ?? []);
  const calls = due.flatMap((told) => hooksFor(told).map((hook) => call(hook, told)));
  await waitAtMost(clock, HOOKS_LIMIT_MS, Promise.all(calls));
  for (const told of pending) failed(told, safe`TimeoutError`);
};
