import type { Environment } from '../lib/kernel/environment.ts';

/** As proxies are told by whoever reads `NO_PROXY`: names and addresses, IPv6 with and without its brackets. */
const LOOPBACK = ['localhost', '127.0.0.1', '::1', '[::1]'];

/**
 * What has the parts of this machine asked directly, where Node sends what it fetches through a proxy
 * (`NODE_USE_ENV_PROXY`, `--use-env-proxy`): the loopback addresses, besides whatever is left out already.
 */
export const directLoopback = (env: Environment): Environment => {
  const known = [env['no_proxy'], env['NO_PROXY']].flatMap((list) => (list ?? '').split(/[\s,]+/));
  const all = [...new Set([...known, ...LOOPBACK])].filter((each) => each !== '').join(',');
  return { no_proxy: all, NO_PROXY: all };
};
