import { nameError } from '../lib/telemetry/describe-error.ts';
import { sendByHand } from './send-by-hand.ts';
import { StartRefused } from './start-refused.ts';

sendByHand(process.argv.slice(2), process.cwd()).then(
  (says) => {
    if (says !== null) process.stdout.write(`${says}\n`);
  },
  (error: unknown) => {
    // What the function could not do, it has told in its own line.
    process.stderr.write(`${error instanceof StartRefused ? error.message : `Not sent (${nameError(error)}).`}\n`);
    process.exitCode = 1;
  },
);
