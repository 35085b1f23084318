import type { MiddlewareObj } from '@middy/core';
import { type ClientRequest, readClientRequest } from '../gateway/client-request.ts';
import type { HttpEvent } from '../http/types.ts';

export interface Asked extends HttpEvent {
  readonly asked: ClientRequest;
}

/** Hands on what a client of the Anthropic API asks for, or refuses it naming each wrong field and its bound. */
export const clientRequest = (): MiddlewareObj<Asked> => ({
  before: (request) => {
    request.event = { ...request.event, asked: readClientRequest(request.event) };
  },
});
