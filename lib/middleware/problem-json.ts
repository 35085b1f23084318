import { problemResponse } from '../http/response/problem.ts';
import { errorsAs } from './errors-as.ts';

/** Errors as the contract's problem (RFC 9457). */
export const problemJson = () => errorsAs(problemResponse);
