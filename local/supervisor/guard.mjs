// Runs one command and ends it when the process that started the guard is gone, however that died:
//   node guard.mjs COMMAND [ARGUMENT...]
// The starter holds the other end of this process's stdin and never writes to it. The kernel closes
// a pipe also after SIGKILL, so the end of stdin is the one sign that can't be missed, on Linux and
// macOS alike. The guard leads a process group of its own (the starter spawns it detached), which
// keeps a terminal's Ctrl-C away from the command: the starter alone decides who stops when.

import { spawn } from 'node:child_process';
import { constants } from 'node:os';

const KILL_AFTER_MS = 2_000;

const [command, ...args] = process.argv.slice(2);
if (command === undefined) {
  console.error('guard: no command given');
  process.exit(2);
}

let isSignallingGroup = false;
const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });

child.on('error', (error) => {
  console.error(`guard: can't run ${command}: ${error.message}`);
  process.exit(127);
});

child.on('exit', (code, signal) => {
  // What the command started and left behind hears the same word.
  isSignallingGroup = true;
  process.kill(-process.pid, 'SIGTERM');
  process.exit(signal === null ? code : 128 + constants.signals[signal]);
});

/** @type {NodeJS.Signals[]} */
const passedOn = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR2'];
for (const signal of passedOn) {
  process.on(signal, () => {
    if (!isSignallingGroup) child.kill(signal);
  });
}

process.stdin.on('error', endOrphan);
process.stdin.on('close', endOrphan);
process.stdin.resume();

function endOrphan() {
  child.kill('SIGTERM');
  setTimeout(() => process.kill(-process.pid, 'SIGKILL'), KILL_AFTER_MS);
}
