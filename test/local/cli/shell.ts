import type { Shell } from '../../../local/cli/verb.ts';
import { createFakeClock } from '../../fake-clock.ts';

/** A shell that remembers what it was told. */
export const createShell = (given: Partial<Shell> = {}) => {
  const said = { out: '', err: '' };
  const shell: Shell = {
    env: {},
    directory: '/nowhere',
    fetch: () => Promise.reject(new Error('nothing is asked here')),
    out: (text) => void (said.out += text),
    err: (text) => void (said.err += text),
    isTerminal: false,
    colours: false,
    columns: null,
    showsProgress: false,
    clock: createFakeClock(),
    command: () => Promise.reject(new Error('nothing is run here')),
    readInput: async () => null,
    ...given,
  };
  return { shell, said };
};
