/** What API Gateway (REST, proxy integration) hands to a function, as far as Ballast reads it. */
export interface HttpEvent {
  readonly httpMethod: string;
  readonly path: string;
  /** The path's template that the gateway matched, such as `/agent/runs/{runId}`. */
  readonly resource: string;
  /** The last value of each. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** All values of each, in their order; not there where somebody else than API Gateway makes the event. */
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[] | undefined>> | null;
  /** Of payload 2.0, which has them apart from the headers. Nothing reads them. */
  readonly cookies?: readonly string[];
  /** The last value of each. */
  readonly queryStringParameters: Readonly<Record<string, string | undefined>> | null;
  /** All values of each, in their order. */
  readonly multiValueQueryStringParameters: Readonly<Record<string, readonly string[] | undefined>> | null;
  readonly pathParameters: Readonly<Record<string, string | undefined>> | null;
  readonly body: string | null;
  readonly isBase64Encoded: boolean;
  /** The gateway's own id of the request: its access log has the same. */
  readonly requestContext?: { readonly requestId?: string };
}

/** What a function gives back; a streamed body is a Node `Readable`. */
export interface HttpResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | NodeJS.ReadableStream;
}

const named = <Value>(headers: Readonly<Record<string, Value>>, name: string): Value | undefined => {
  const wanted = name.toLowerCase();
  for (const [key, value] of Object.entries(headers)) if (key.toLowerCase() === wanted) return value;
  return undefined;
};

/** The last value of a header, whatever case the gateway kept it in. */
export const header = ({ headers }: Pick<HttpEvent, 'headers'>, name: string): string | undefined =>
  named(headers, name);

/** The value of a header that is a list, which may come in several lines; whatever case the gateway kept it in. */
export const listHeader = (
  { headers, multiValueHeaders }: Pick<HttpEvent, 'headers' | 'multiValueHeaders'>,
  name: string,
): string | undefined => named(multiValueHeaders ?? {}, name)?.join(',') ?? named(headers, name);

/** A path with a slash at its end is the one without. */
export const withoutEndSlash = (path: string): string =>
  path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
