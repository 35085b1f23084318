import { randomUUID } from 'node:crypto';

/** A request of HTTP, as a test says it. */
export interface Call {
  readonly method?: string;
  readonly path: string;
  /** The path as `serverless.yml` writes it, where it has parameters. */
  readonly resource?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly pathParameters?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** What calls a function that is not behind the API, as it comes. */
export interface RawCall {
  readonly event: unknown;
}

const eachAlone = (values: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, [value]]));

/** As a REST API of API Gateway hands a request over. */
const restEvent = ({ method = 'GET', path, resource = path, query, headers = {}, pathParameters, body }: Call) => {
  const sent = { Host: 'api.example.com', 'X-Forwarded-For': '192.0.2.1', ...headers };
  return {
    resource,
    path,
    httpMethod: method,
    headers: sent,
    multiValueHeaders: eachAlone(sent),
    queryStringParameters: query ?? null,
    multiValueQueryStringParameters: query ? eachAlone(query) : null,
    pathParameters: pathParameters ?? null,
    stageVariables: null,
    requestContext: {
      requestId: randomUUID(),
      resourcePath: resource,
      httpMethod: method,
      path: `/dev${path}`,
      stage: 'dev',
      identity: { sourceIp: '192.0.2.1' },
    },
    body: body === undefined ? null : JSON.stringify(body),
    isBase64Encoded: false,
  };
};

export const eventOf = (call: Call | RawCall): unknown => ('event' in call ? call.event : restEvent(call));
