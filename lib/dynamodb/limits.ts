/**
 * Longest time to an answer, and of silence inside it. DynamoDB answers within tens of milliseconds or something is wrong;
 * three attempts of two seconds still end inside the ten seconds that the small functions have.
 */
export const ANSWER_LIMIT_MS = 2_000;
