/*
 * Preloaded by `--import` into a server: an invocation of `execute-run` lasts `TEST_INVOCATION_SECONDS`, as with another
 * timeout in its serverless.yml.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const HANDLER = 'handler: dist/execute-run/index.handler';

type Read = (path: string, options?: unknown) => unknown;
const readFileSync = fs.readFileSync as Read;
const shortened: Read = (path, options) => {
  const read = readFileSync(path, options);
  if (!String(path).endsWith('serverless.yml') || typeof read !== 'string') return read;
  const at = read.indexOf(HANDLER);
  const timeout = `timeout: ${process.env['TEST_INVOCATION_SECONDS']}`;
  return read.slice(0, at) + read.slice(at).replace(/timeout: \d+/, timeout);
};
fs.readFileSync = shortened as typeof fs.readFileSync;
syncBuiltinESMExports();
