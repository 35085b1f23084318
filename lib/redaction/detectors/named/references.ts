/** A file by its whole path. */
const PATH = /^~?\/[a-z]{3,}\//;
/** Words, behind which a number at random may stand. */
const SEGMENT = /^(?:\d+|[a-z._-]*(?:[-_][0-9a-f]{8,12})?)$/;
/** The end of an image's name, behind a path, and the tag of one. */
const IMAGE = /\w\/[\w.-]*(?:auth|token):$/;
const TAG = /^(?:sha-|\d{8}-)?[0-9a-f]+$/;
/** What an entry of a cache is found by. */
const ENTRY = /(?<![-\w])(?:auth|token):$/;
const UUID_PARTS = 5;

const REFERENCES: readonly RegExp[] = [
  // A pod of Kubernetes.
  /^[a-z-]+-[0-9a-f]{8,10}-[a-z0-9]{5}$/,
  // An address of a mailbox.
  /^[^@]+@[\w-]+(?:\.[a-z-]+)+$/,
  // A scheme, whose token has a label of its own.
  /^(?:bearer|basic)\+/i,
  // Of a request or an event.
  /^(?:req|evt)_[A-Za-z0-9]+$/,
];

const isResource = (value: string): boolean =>
  value.includes('/') && value.split('/').every((segment) => SEGMENT.test(segment));

/** Whether a value that looks random is where a file is; behind the name of a password too, as in `PWD=/builds/acme`. */
export const isPath = (value: string): boolean => PATH.test(value);

/** Whether a value that looks random is where something is, or what it is found by, rather than a key. */
export const isReference = (value: string, before: string): boolean =>
  isResource(value) ||
  REFERENCES.some((form) => form.test(value)) ||
  (IMAGE.test(before) && TAG.test(value)) ||
  (ENTRY.test(before) && value.split('-').length === UUID_PARTS);
