import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Lambda over real HTTP, for its real client: it knows the settings of one function of each stage, and may refuse. */
export interface ScriptedLambda {
  /** For `AWS_ENDPOINT_URL_LAMBDA`. */
  readonly url: string;
  /** The variables of functions, by their name and alias: `ballast-dev-run-agent:live`. */
  readonly variables: Map<string, Readonly<Record<string, string>>>;
  /** Whether it says no to whoever asks. */
  refuses: boolean;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The variables of a deployed stage that name its tables. */
export const tablesOf = (stage: string, more: Readonly<Record<string, string>> = {}) => ({
  CONTROL_TABLE: `ballast-${stage}-control`,
  LEDGER_TABLE: `ballast-${stage}-ledger`,
  RUNS_TABLE: `ballast-${stage}-runs`,
  ...more,
});

export const startLambda = async (): Promise<ScriptedLambda> => {
  const variables: ScriptedLambda['variables'] = new Map();
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const [, name = ''] = /^\/2015-03-31\/functions\/([^/]+)\/configuration$/.exec(pathname) ?? [];
    const Variables = variables.get(`${name}:${searchParams.get('Qualifier')}`);
    const type = lambda.refuses ? 'AccessDeniedException' : 'ResourceNotFoundException';
    const isTold = !lambda.refuses && Variables !== undefined;
    response.writeHead(isTold ? 200 : 403, { 'content-type': 'application/json', 'x-amzn-errortype': type });
    response.end(JSON.stringify(isTold ? { FunctionName: name, Environment: { Variables } } : { Message: 'canary' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const lambda: ScriptedLambda = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    variables,
    refuses: false,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return lambda;
};
