/** Operations that one execution may begin. */
export const MAX_OPERATIONS = 3_000;

/** Bytes of a payload, or of an error as JSON, in one update, and of an answer to a callback. */
export const MAX_PAYLOAD_BYTES = 262_144;

/** Bytes of what an execution is started with, and of what it ends with. */
export const MAX_EXECUTION_PAYLOAD_BYTES = 1_048_576;

/** Operations in one answer about the state of an execution; the rest is on its next pages. */
export const MAX_PAGE = 1_000;
