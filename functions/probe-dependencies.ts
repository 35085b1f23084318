import { app, type App } from '../lib/app.ts';
import { observedEvent, type ObservedEventOptions } from '../lib/middleware/observed-event.ts';

type Parts = ObservedEventOptions & Pick<App, 'probeDependencies'>;

/** Each minute: asks every dependency, unpaid, and keeps what came of it for `/health` and the alarms. */
export const probeDependencies = (parts: Parts) =>
  observedEvent(parts, 'probe-dependencies', () => parts.probeDependencies());

export const handler = probeDependencies(app);
