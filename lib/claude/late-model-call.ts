/** What a model call takes, as one chunk that is loaded with the first call of a process. */
export { createMessagesApi } from './messages-api.ts';
export { createModelCall } from './model-call.ts';
