// A fresh process that says how many milliseconds it took to import the file it is given, with what Lambda puts into
// the global scope. Plain JavaScript: nothing of Node's own TypeScript support is loaded before.
import { performance } from 'node:perf_hooks';
import process from 'node:process';

globalThis.awslambda = {
  streamifyResponse: (handler) => handler,
  HttpResponseStream: { from: (stream) => stream },
};

const [, , file] = process.argv;
const began = performance.now();
await import(file);
process.stdout.write(String(performance.now() - began));
process.exit(0);
