import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isForLoopback } from './own-hosts.ts';

export interface SecretsServer {
  /** For `AWS_ENDPOINT_URL_SECRETS_MANAGER`. */
  readonly url: string;
  close(): Promise<void>;
}

/** A request is a name of at most 512 characters and little else. */
const MAX_REQUEST_BYTES = 16 * 1024;

const OPERATIONS = new Set(['DescribeSecret', 'GetSecretValue']);

const send = (response: ServerResponse, status: number, body: Readonly<Record<string, unknown>>) => {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
};

const refuse = (response: ServerResponse, type: string) =>
  send(response, 400, { __type: type, Message: 'Secrets Manager can’t do that here.' });

const wantedSecret = async (request: IncomingMessage): Promise<string | null> => {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > MAX_REQUEST_BYTES) return null;
    parts.push(part);
  }
  try {
    const { SecretId: id } = JSON.parse(Buffer.concat(parts).toString()) as { SecretId?: unknown };
    return typeof id === 'string' ? id : null;
  } catch {
    return null;
  }
};

/**
 * Secrets Manager's GetSecretValue and DescribeSecret (AWS JSON 1.1) on the loopback address, for its real client.
 * `secrets` is looked at anew for each request, so that a value can be rotated by setting it.
 */
export const startSecretsServer = async (secrets: ReadonlyMap<string, string>): Promise<SecretsServer> => {
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const operation = String(request.headers['x-amz-target']).replace('secretsmanager.', '');
    if (!isForLoopback(request) || !OPERATIONS.has(operation)) {
      request.resume();
      return refuse(response, 'UnknownOperationException');
    }
    const id = await wantedSecret(request);
    if (id === null) return refuse(response, 'InvalidParameterException');
    const SecretString = secrets.get(id);
    if (SecretString === undefined) return refuse(response, 'ResourceNotFoundException');
    const ARN = `arn:aws:secretsmanager:us-east-1:000000000000:secret:${id}`;
    if (operation === 'DescribeSecret')
      return send(response, 200, {
        ARN,
        Name: id,
        VersionIdsToStages: SecretString === '' ? {} : { local: ['AWSCURRENT'] },
      });
    send(response, 200, { ARN, Name: id, SecretString, VersionId: 'local', VersionStages: ['AWSCURRENT'] });
  };
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
