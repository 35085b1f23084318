import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { type FromServer, SUPERVISED } from './messages.ts';
import type { Listening, ServerProcess } from './supervise.ts';

/** In the repository and in the package alike. */
const BALLAST = join(import.meta.dirname, '..', 'ballast.mjs');

/** Starts the server as this process was started, with the same terminal. */
export const prepareServer = ({ onMessage, onExit }: Listening): ServerProcess => {
  const child = spawn(process.execPath, [...process.execArgv, BALLAST, 'start', SUPERVISED], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  child.on('message', (message) => onMessage(message as FromServer));
  child.on('error', () => undefined); // Of a message to one that has just ended.
  child.once('exit', (code, signal) => onExit(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  return {
    send(message) {
      if (child.connected) child.send(message, () => undefined);
    },
    signal: (signal) => void child.kill(signal),
    kill: () => void child.kill('SIGKILL'),
  };
};
