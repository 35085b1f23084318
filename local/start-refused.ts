/** Why the local server does not start, as one sentence for its user that tells the way out; its stack tells nothing. */
export class StartRefused extends Error {
  override readonly name = 'StartRefused';
}
