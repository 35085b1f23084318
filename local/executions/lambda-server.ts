import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AppError } from '../../lib/kernel/errors.ts';
import { safe } from '../../lib/kernel/redacted.ts';
import { describeError } from '../../lib/telemetry/describe-error.ts';
import type { Log } from '../../lib/telemetry/log.ts';
import { isForLoopback } from '../own-hosts.ts';
import { readBody } from '../read-body.ts';
import { systemClock } from '../system-clock.ts';
import type { Executions } from './executions.ts';
import { answerLambda, type ApiResponse } from './lambda-api.ts';
import { ServiceError } from './service-error.ts';

/** Longer than a client keeps an idle connection, so that no request meets one that is being closed. */
const KEEP_ALIVE_MS = 65_000;

export interface LambdaServer {
  /** For `AWS_ENDPOINT_URL_LAMBDA`. */
  readonly url: string;
  /** Answers from now on; requests that came before wait for it. */
  serve(executions: Executions, log: Log): void;
  close(): Promise<void>;
}

const refusal = (error: unknown, log: Log): ApiResponse => {
  const refused = (thrown: ServiceError): ApiResponse => ({
    status: thrown.status,
    headers: { 'x-amzn-errortype': thrown.name },
    body: { Type: thrown.status < 500 ? 'User' : 'Service', message: thrown.message, Message: thrown.message },
  });
  if (error instanceof ServiceError) return refused(error);
  if (error instanceof URIError) return refused(new ServiceError('InvalidParameterValueException', 'Invalid path.'));
  if (error instanceof AppError) return refused(new ServiceError('RequestTooLargeException', error.message));
  log.error(safe`durable execution service failed`, describeError(error));
  return refused(new ServiceError('ServiceException', 'The durable execution service failed.'));
};

/** The Lambda API on the loopback address, for its real client; it takes anybody's signature. */
export const startLambdaServer = async (): Promise<LambdaServer> => {
  const serving = Promise.withResolvers<{ readonly executions: Executions; readonly log: Log }>();

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { executions, log } = await serving.promise;
    if (!isForLoopback(request)) return void response.writeHead(403).end();
    const { status, headers, body } = await readBody(request, systemClock)
      .then((bytes) => {
        const { method, url } = request;
        return answerLambda({ method, url, headers: request.headers, body: bytes.toString() }, executions);
      })
      .catch((error: unknown) => refusal(error, log));
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(body === undefined ? '' : JSON.stringify(body));
  };
  const server = createServer(
    { keepAliveTimeout: KEEP_ALIVE_MS },
    (request, response) => void answer(request, response),
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    serve: (executions, log) => serving.resolve({ executions, log }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
