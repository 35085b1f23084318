/** What API Gateway (REST, proxy integration) hands to a function, as far as Ballast reads it. */
export interface HttpEvent {
  readonly httpMethod: string;
  readonly path: string;
  /** The path's template that the gateway matched, such as `/agent/runs/{runId}`. */
  readonly resource: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
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

/** The value of a header, whatever case the gateway kept it in. */
export const header = (event: Pick<HttpEvent, 'headers'>, name: string): string | undefined => {
  const wanted = name.toLowerCase();
  for (const [key, value] of Object.entries(event.headers)) if (key.toLowerCase() === wanted) return value;
  return undefined;
};
