import { anthropicErrorResponse } from '../http/response/anthropic-error.ts';
import { errorsAs } from './errors-as.ts';

/** Errors in the envelope that clients of the Anthropic API know. */
export const anthropicErrors = () => errorsAs(anthropicErrorResponse);
