import type { HttpEvent, HttpResponse } from './types.ts';

/** What answers one method of one path. */
export type Answer<Request extends HttpEvent> = (request: Request) => HttpResponse | Promise<HttpResponse>;

/** The answers of a function, by method and the template of the path as API Gateway has it (`/admin/tenants/{id}`). */
export type Routes<Request extends HttpEvent> = Readonly<Record<string, Readonly<Record<string, Answer<Request>>>>>;
