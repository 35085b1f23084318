import { app } from '../lib/app/app.ts';
import { supervisionOf } from '../lib/app/supervision.ts';
import type { ProbeDependencies } from '../lib/health/probe-dependencies.ts';
import { observedEvent, type ObservedEventOptions } from '../lib/middleware/observed-event.ts';

type Parts = ObservedEventOptions & { readonly probeDependencies: ProbeDependencies };

/** Each minute: asks every dependency, unpaid, and keeps what came of it for `/health` and the alarms. */
export const probeDependencies = (parts: Parts) =>
  observedEvent(parts, 'probe-dependencies', () => parts.probeDependencies());

export const handler = probeDependencies({ ...app, ...supervisionOf(app) });
