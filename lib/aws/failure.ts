/**
 * A refusal by a service, or an answer that cannot be read, in the form in which the SDK throws it: whoever asks need not
 * know which of the two was used. `status` is `null` where there was no answer to speak of.
 */
export class AwsFailure extends Error {
  readonly $metadata: { readonly httpStatusCode?: number };
  /** Not a property: whoever prints the failure does not print items with it. */
  readonly #details: Readonly<Record<string, unknown>>;

  constructor(name: string, status: number | null, details: Readonly<Record<string, unknown>> = {}) {
    super(messageOf(details));
    this.name = name;
    this.$metadata = status === null ? {} : { httpStatusCode: status };
    this.#details = details;
  }

  /** The body of the answer; empty where there was none to read. */
  get details(): Readonly<Record<string, unknown>> {
    return this.#details;
  }
}

const messageOf = ({ message, Message }: Readonly<Record<string, unknown>>): string => {
  const text = message ?? Message;
  return typeof text === 'string' ? text : '';
};
