import { ACCOUNT_EDGES } from './accounts.ts';
import { BEGINNING_EDGES } from './beginnings.ts';
import { CARD_EDGES } from './cards.ts';
import { DECLARED_EDGES } from './declared.ts';
import type { Edge } from './edge.ts';
import { EMAIL_EDGES } from './emails.ts';
import { FORM_EDGES } from './forms.ts';
import { KEY_EDGES } from './keys.ts';
import { LIST_EDGES } from './lists.ts';
import { NAMED_PHONE_EDGES } from './named-phones.ts';
import { PASSWORD_EDGES } from './passwords.ts';
import { PHONE_EDGES } from './phones.ts';
import { REFERENCE_EDGES } from './references.ts';
import { SCHEME_EDGES } from './schemes.ts';
import { TYPED_KEY_EDGES } from './typed-keys.ts';

/** Where a form begins to be one and where it ends: of each pair of neighbours one is a secret and the other is not. */
export const EDGES: readonly Edge[] = [
  ...BEGINNING_EDGES,
  ...CARD_EDGES,
  ...ACCOUNT_EDGES,
  ...PHONE_EDGES,
  ...EMAIL_EDGES,
  ...KEY_EDGES,
  ...PASSWORD_EDGES,
  ...NAMED_PHONE_EDGES,
  ...DECLARED_EDGES,
  ...SCHEME_EDGES,
  ...FORM_EDGES,
  ...REFERENCE_EDGES,
  ...LIST_EDGES,
  ...TYPED_KEY_EDGES,
];
