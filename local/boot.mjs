// What runs before anything else, also under a Node that is too old: plain JavaScript, nothing but what Node 14 knows.
import * as module from 'node:module';
import process from 'node:process';

const LEAST_MAJOR = 24;

const give = (sentence) => {
  process.stderr.write(`${sentence}\n`);
  process.exitCode = 1;
};

/** Why Node can load no file of ours, by its own code, and the way out. */
const UNLOADABLE = {
  ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING:
    'Node.js runs no TypeScript below a folder named node_modules: move the project out of it',
  ERR_UNKNOWN_FILE_EXTENSION:
    'Node.js is told not to run TypeScript: take --no-experimental-strip-types and --no-strip-types out of NODE_OPTIONS',
  ERR_WEBASSEMBLY_NOT_SUPPORTED:
    'Node.js is told to do without WebAssembly, by which it runs TypeScript: take --jitless out of NODE_OPTIONS',
  ERR_UNKNOWN_BUILTIN_MODULE:
    'Node.js is told to do without a part of it that is needed: take the options that begin with --no-experimental out of NODE_OPTIONS',
  ERR_ACCESS_DENIED: 'Node.js is told to let programs reach nothing: take --permission out of NODE_OPTIONS',
  ERR_MODULE_NOT_FOUND: 'A dependency of Ballast is not installed: run `npm install`',
};

/** Loads a program, or says what is missing for it. `command`: how a person starts it. */
export const boot = (command, load) => {
  if (Number(process.versions.node.split('.')[0]) < LEAST_MAJOR) {
    give(
      `Ballast needs Node.js ${LEAST_MAJOR} or newer and this is ${process.version}: ` +
        `start it with \`${command}\` after \`npm install\`, which brings its own where it can, or install it from https://nodejs.org.`,
    );
    return;
  }
  // The second start finds its code compiled, which halves the time it takes.
  module.enableCompileCache();
  load().catch((error) => {
    const why = error && UNLOADABLE[error.code];
    if (!why) throw error;
    give(`${why}, then \`${command}\` again.`);
  });
};
