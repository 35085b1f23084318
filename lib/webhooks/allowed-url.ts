import { isLoopbackHost, matchesHost } from '../kernel/forms/host-patterns.ts';
import { type Redacted, safe } from '../kernel/redacted.ts';

/**
 * Why nothing may be sent to a URL; `null` where it may. Encrypted only, but for a host of this machine, and without
 * credentials: the URL is shown and audited. `hosts` are those of `WEBHOOK_HOSTS`.
 */
export const webhookIssue = (text: string, hosts: readonly string[]): Redacted | null => {
  const url = URL.parse(text);
  const isProtected = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopbackHost(url.hostname));
  if (url === null || !isProtected || url.username !== '' || url.password !== '')
    return safe`must be an https URL without credentials`;
  if (hosts.length === 0) return safe`is not taken, because the setting WEBHOOK_HOSTS of this stage allows no host`;
  if (!matchesHost(url.hostname, hosts))
    return safe`must be of a host that the setting WEBHOOK_HOSTS of this stage names`;
  return null;
};
