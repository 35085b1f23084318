import { lazy } from '../../kernel/caching/lazy.ts';
import { createHookSet, type HookSet } from '../../telemetry/hooks/hook-set.ts';
import type { OwnHooksParts } from './own-hooks.ts';

/** The hooks of a deployment's user, whose code is loaded with the first that has something to hear. */
export const openHooks = (parts: OwnHooksParts): HookSet =>
  createHookSet({ ...parts, load: lazy(async () => (await import('./own-hooks.ts')).ownHooks(parts)) });
