/** The stream said something that makes no message. */
export class MalformedStream extends Error {
  override readonly name = 'MalformedStream';
}
