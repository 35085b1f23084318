import { displayed, type Redacted, safe } from '../kernel/redacted.ts';

/** What the paths of the API are made of; a test holds them against `serverless.yml`. */
const WORDS: ReadonlySet<string> = new Set(
  (
    'admin agent agents alarms approvals audit budget cache caller calls cancel circuits console count_tokens deliveries docs ' +
    'events health invalidate keys live messages models openapi.json rests resume run runs sessions tenants test trace usage ' +
    'users v1 webhook-secret'
  ).split(' '),
);

/**
 * The template of a path, as logs and metrics name it. Where the platform knows no templates (a function URL, a load balancer),
 * a path may hold whatever its sender wrote, so one that is not made of the API's words is `(no template)`.
 */
export const shownRoute = (resource: string): Redacted => {
  const segments = resource.split('/').filter((segment) => segment !== '');
  const isTemplate = segments.every((segment) => WORDS.has(segment) || /^\{\w+\+?\}$/.test(segment));
  return isTemplate ? displayed(resource) : safe`(no template)`;
};
