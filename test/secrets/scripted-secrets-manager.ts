import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export type SecretsAnswer = 'answers' | 'fails' | 'refuses' | 'hangs' | 'drips';

/** Secrets Manager over real HTTP, for its real client: as it does when all is well, or as it is told to. */
export interface ScriptedSecretsManager {
  /** For `AWS_ENDPOINT_URL_SECRETS_MANAGER`. */
  readonly url: string;
  /** Values by id; `''`: the template made it, and nobody gave it a value. */
  readonly values: Map<string, string>;
  /** The ids whose values were asked for, in order. */
  readonly reads: string[];
  /** The ids that were asked how they are, in order. */
  readonly looks: string[];
  /** The ids of those that are being deleted. */
  readonly deleted: Set<string>;
  become(next: SecretsAnswer): void;
  /** Resolves when a request of this number, counted from 1, has come. */
  reached(request: number): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export const startSecretsManager = async (values = new Map<string, string>()): Promise<ScriptedSecretsManager> => {
  const [reads, looks]: [string[], string[]] = [[], []];
  const deleted = new Set<string>();
  const waiting = new Map<number, () => void>();
  let how: SecretsAnswer = 'answers';
  let requests = 0;
  const send = (response: ServerResponse, status: number, body: object) =>
    void response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
  const missing = { __type: 'ResourceNotFoundException', Message: 'canary' };
  const look = (response: ServerResponse, id: string) => {
    looks.push(id);
    // As AWS does of a name that leads to nothing: no statement of a role is about it.
    if (!values.has(id)) return send(response, 400, { __type: 'AccessDeniedException', Message: 'canary' });
    const VersionIdsToStages = values.get(id) === '' ? {} : { VersionIdsToStages: { canary: ['AWSCURRENT'] } };
    send(response, 200, { Name: id, ...(deleted.has(id) && { DeletedDate: 1_700_000_000 }), ...VersionIdsToStages });
  };
  const play = (response: ServerResponse, operation: string, body: string) => {
    if (how === 'hangs') return;
    if (how === 'drips') {
      response.writeHead(200);
      const timer = setInterval(() => response.write(' '), 20);
      return void response.once('close', () => clearInterval(timer));
    }
    if (how === 'fails') return send(response, 500, { Message: 'canary' });
    if (how === 'refuses') return send(response, 400, { __type: 'AccessDeniedException', Message: 'canary' });
    const { SecretId, SecretString } = JSON.parse(body) as { SecretId: string; SecretString?: string };
    if (operation === 'DescribeSecret') return look(response, SecretId);
    if (operation === 'GetSecretValue') {
      reads.push(SecretId);
      if (deleted.has(SecretId)) return send(response, 400, { __type: 'InvalidRequestException', Message: 'canary' });
      const value = values.get(SecretId);
      return value ? send(response, 200, { Name: SecretId, SecretString: value }) : send(response, 400, missing);
    }
    if (operation !== 'PutSecretValue' || !values.has(SecretId)) return send(response, 400, missing);
    values.set(SecretId, SecretString ?? '');
    send(response, 200, { Name: SecretId, VersionStages: ['AWSCURRENT'] });
  };
  const server = createServer((request, response) => {
    requests += 1;
    waiting.get(requests)?.();
    const operation = String(request.headers['x-amz-target']).replace('secretsmanager.', '');
    void text(request).then((body) => play(response, operation, body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    values,
    reads,
    looks,
    deleted,
    become: (next) => void (how = next),
    reached: (request) => new Promise((resolve) => (requests >= request ? resolve() : waiting.set(request, resolve))),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
