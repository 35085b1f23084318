import http from 'node:http';
import type { Environment } from '../lib/kernel/environment.ts';
import { directLoopback } from './direct-loopback.ts';

/** The proxies that the environment names, as osls takes them; this machine is asked directly. */
export const proxiesIn = (env: Environment): Environment => ({ ...env, ...directLoopback(env) });

/** Sends all that this process fetches by these proxies. A Node before 24.14 does so only where `NODE_USE_ENV_PROXY` tells it. */
export const goByProxies = (): void => {
  const proxies = proxiesIn(process.env);
  // For processes that this one starts.
  Object.assign(process.env, directLoopback(process.env));
  if (!('setGlobalProxyFromEnv' in http)) return;
  try {
    http.setGlobalProxyFromEnv(proxies);
  } catch {
    process.stderr.write('HTTP_PROXY and HTTPS_PROXY are URLs, as http://proxy.example:8080: nothing goes by them.\n');
  }
};
