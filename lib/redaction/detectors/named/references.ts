/** The tag of an image: the word before it is the end of a path. */
const IMAGE = /\/[\w.-]*:$/;
/** What an entry of a cache is found by. */
const ENTRY = /\b(?:auth|token):$/;
const UUID_PARTS = 5;

const REFERENCES: readonly RegExp[] = [
  // A file, or a resource by its path.
  /^(?:~?\/[a-z]|[a-z]{2})[a-z]{2,}\//,
  // A pod of Kubernetes.
  /^[a-z-]+-[0-9a-f]{8,10}-[a-z0-9]{5}$/,
  // An address of a mailbox.
  /^[a-z0-9._+-]+@[a-z.-]+$/,
  // A scheme, whose token has a label of its own.
  /^(?:bearer|basic)\+/i,
];

/** Whether a value that looks random is where something is, or what it is found by, rather than a secret. */
export const isReference = (value: string, before: string): boolean =>
  REFERENCES.some((form) => form.test(value)) ||
  IMAGE.test(before) ||
  (ENTRY.test(before) && value.split('-').length === UUID_PARTS);
