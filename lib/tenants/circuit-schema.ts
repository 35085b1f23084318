import * as z from 'zod/mini';

/** The body of `PUT /admin/circuits/{name}`. */
export const circuitRequestSchema = z.strictObject({ state: z.enum(['closed', 'isolated']) });
