// What runs before anything else, also under a Node that is too old: plain JavaScript, nothing but what Node 14 knows.
import * as module from 'node:module';
import process from 'node:process';

const LEAST_MAJOR = 24;

const give = (sentence) => {
  process.stderr.write(`${sentence}\n`);
  process.exitCode = 1;
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
    if (!error || error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    give(`A dependency of Ballast is not installed: run \`npm install\`, then \`${command}\` again.`);
  });
};
