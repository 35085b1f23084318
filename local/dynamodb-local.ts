import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { dynamoDbLocalMissing, spawnDynamoDbLocal } from './spawn-dynamodb-local.ts';

/** `npm run dynamodb`: AWS's DynamoDB Local, for machines that the embedded engine is not made for. Ends with Ctrl-C. */
const PORT = 8_000;

const missing = dynamoDbLocalMissing();
if (missing === null) {
  const dbPath = join(import.meta.dirname, '..', '.ballast', 'dynamodb-local');
  mkdirSync(dbPath, { recursive: true });
  console.log(
    `DynamoDB Local starts on port ${PORT}. Write AWS_ENDPOINT_URL_DYNAMODB=http://localhost:${PORT} into .env, then run npm start in another terminal.`,
  );
  const child = spawnDynamoDbLocal({ port: PORT, dbPath, stdio: 'inherit' });
  child.on('exit', (code) => process.exit(code ?? 0));
  // Ctrl-C reaches it too; it ends, and so do we.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
} else {
  console.error(missing);
  process.exitCode = 1;
}
