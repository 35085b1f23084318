import type { Clock } from '../kernel/clock.ts';
import { label, safe } from '../kernel/redacted.ts';
import { describeFailure } from '../telemetry/describe-error.ts';
import type { Emit } from '../telemetry/events.ts';
import { createLoader, type Secret } from './loader.ts';
import { MissingSecret } from './missing-secret.ts';
import type { SecretReader } from './secrets-manager.ts';

/** How a secret is read. */
export interface SecretForm {
  /** Throws, quoting nothing, where the text is none that is understood: a botched rotation counts as a failed read. */
  readonly check?: ((text: string) => unknown) | undefined;
  /** `''` for one that nobody has given a value yet. */
  readonly isOptional?: boolean;
}

/** The secrets of a stage. */
export interface Secrets {
  /** The secret of that id: one loader, whoever opens it. No I/O happens here. */
  open(id: string, form?: SecretForm): Secret;
}

export interface SecretsOptions {
  readonly reader: SecretReader;
  readonly clock: Clock;
  readonly emit: Emit;
}

/** How Secrets Manager names what has no value: nobody has put one, or the secret is being deleted. */
const NO_VALUE: ReadonlySet<unknown> = new Set(['ResourceNotFoundException', 'InvalidRequestException']);

const orMissing = (error: unknown): unknown =>
  NO_VALUE.has((error as { readonly name?: unknown }).name)
    ? new MissingSecret('the secret has no value', { cause: error })
    : error;

export const createSecrets = ({ reader, clock, emit }: SecretsOptions): Secrets => {
  const opened = new Map<string, Secret>();
  const make = (id: string, { check, isOptional = false }: SecretForm): Secret =>
    createLoader({
      clock,
      async read(signal) {
        const reading = reader[isOptional ? 'readOptional' : 'read'](id, signal);
        const text = await reading.catch((error: unknown) => Promise.reject(orMissing(error)));
        try {
          check?.(text);
        } catch (error) {
          throw new MissingSecret('the secret is not understood', { cause: error });
        }
        return text;
      },
      onStale(error) {
        const operation = safe`secrets.read ${label(id)}`;
        emit({ type: 'store.failed', operation, ...describeFailure(error) });
      },
    });
  return {
    open(id, form = {}) {
      const secret = opened.get(id) ?? make(id, form);
      opened.set(id, secret);
      return secret;
    },
  };
};
