import { createPublish } from '../alerts/targets/publish.ts';
import { readTargets } from '../alerts/targets/targets.ts';
import type { App } from './app.ts';

/** What tells people of something, out of an app's own parts: who is told stands in a secret, and may be a topic. */
export const alertingOf = ({ clock, emit, log, config, core: { random, fetch, secrets, connectionTo } }: App) => {
  const targets = secrets.open(config.ALERTS_SECRET_ID, { check: readTargets, isOptional: true });
  return {
    stage: config.STAGE,
    clock,
    random,
    emit,
    log,
    fetch,
    secret: () => targets.get(),
    refreshSecret: () => targets.refresh(),
    topicArn: config.NOTICE_TOPIC,
    hasCauses: config.COMPOSITE_ALARMS === 'true',
    publish: createPublish(() => connectionTo('sns'), clock),
  };
};
