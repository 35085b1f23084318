/** What a block, a tool or an edit of a request calls itself, known or not; `undefined` as text where it does not. */
export const typeOf = (value: unknown): string => String(objectOf(value)['type']);

/** A JSON object of which nothing is known. */
export type JsonObject = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value if it is an object, else an empty one: what is missing and what is wrong are then read alike. */
export const objectOf = (value: unknown): JsonObject => (isObject(value) ? value : {});

/** The elements if it is an array, else none. */
export const elementsOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Whether a field asks for something: `null` and an empty list do not. */
export const isSet = (value: unknown): boolean =>
  value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);
