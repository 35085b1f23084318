import type { HttpEvent, HttpResponse } from './types.ts';

/** What answers one method of one path. */
export type Answer<Request extends HttpEvent> = (request: Request) => HttpResponse | Promise<HttpResponse>;

/** The answers of a function, by the path's template as API Gateway names it (`/admin/tenants/{tenantId}`), and method. */
export type Routes<Request extends HttpEvent> = Readonly<Record<string, Readonly<Record<string, Answer<Request>>>>>;
