import { type Described, type DescribedOperation, mismatches, resolved } from './document.ts';
import { eventFaults } from './event-faults.ts';
import { findOperation } from './find-operation.ts';

/** What was asked, as far as it decides about the answer. */
export interface Asked {
  readonly method: string;
  /** Without its query. */
  readonly path: string;
}

export interface Head {
  readonly status: number;
  /** A header by its name in lower case. */
  readonly header: (name: string) => string | null;
}

/** What may be said of a path or method that is none of the API's, or cannot be read at all. */
const OUTSIDE = new Set([204, 400, 403, 404, 405, 413, 431]);
const RequestId = { $ref: '#/components/headers/RequestId' };
const outside = (path: string, status: number): Described =>
  status === 204
    ? { headers: { 'request-id': RequestId } }
    : {
        headers: { 'request-id': RequestId },
        content: path.startsWith('/v1/')
          ? { 'application/json': { schema: { $ref: '#/components/schemas/AnthropicError' } } }
          : {
              'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
              'application/json': { schema: { $ref: '#/components/schemas/AnthropicError' } },
            },
      };

interface Expected {
  readonly title: string;
  readonly response: Described | null;
}

const expected = ({ method, path }: Asked, status: number): Expected => {
  const operation: DescribedOperation | null = findOperation(method === 'HEAD' ? 'GET' : method, path);
  if (operation === null)
    return { title: `${method} ${path}`, response: OUTSIDE.has(status) ? outside(path, status) : null };
  const response = operation.responses[String(status)];
  return { title: operation.operationId, response: response === undefined ? null : resolved(response) };
};

const typeOf = ({ header }: Head): string => (header('content-type') ?? '').split(';')[0]?.trim() ?? '';

const headerFaults = (response: Described, { header }: Head): string[] =>
  Object.entries(response.headers ?? {}).flatMap(([name, given]) => {
    const { required, schema = {} } = resolved(given);
    const value = header(name);
    if (value === null) return required ? [`lacks the header ${name}`] : [];
    const read = schema['type'] === 'integer' ? Number(value) : value;
    return mismatches(schema, read).map((fault) => `its header ${name}: ${fault}`);
  });

/** What of the status line and the headers is not as the document says. */
export const headFaults = (asked: Asked, head: Head): readonly string[] => {
  const { title, response } = expected(asked, head.status);
  if (response === null) return [`${title} does not answer ${head.status}`];
  const types = Object.keys(response.content ?? {});
  const type = typeOf(head);
  const isTyped = types.length === 0 ? type === '' : types.includes(type);
  return [
    ...headerFaults(response, head),
    ...(isTyped ? [] : [`has the content type "${type}" and not ${types.join(' or ') || 'none'}`]),
  ].map((fault) => `${title} ${head.status} ${fault}`);
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** What of a whole body is not; an answer to `HEAD` has none. */
export const bodyFaults = (asked: Asked, head: Head, text: string): readonly string[] => {
  const { title, response } = expected(asked, head.status);
  const type = typeOf(head);
  const schema = response?.content?.[type]?.schema;
  if (asked.method === 'HEAD' || schema === undefined)
    return text === '' ? [] : [`${title} ${head.status} has a body: ${text.slice(0, 200)}`];
  const faults = type.endsWith('json')
    ? mismatches(schema, parsed(text))
    : type === 'text/event-stream'
      ? eventFaults(schema, text)
      : mismatches(schema, text);
  return faults.map((fault) => `${title} ${head.status}: ${fault}`);
};
