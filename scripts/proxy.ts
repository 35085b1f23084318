import http from 'node:http';
import https from 'node:https';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { proxiesIn } from '../local/go-by-proxies.ts';

/** How the SDK's clients send what an operator asks of AWS. */
export const proxiedHandler = (): NodeHttpHandler => {
  const options = { keepAlive: true, proxyEnv: proxiesIn(process.env) };
  return new NodeHttpHandler({ httpAgent: new http.Agent(options), httpsAgent: new https.Agent(options) });
};
