#!/usr/bin/env node
import { runHoldfast } from './holdfast.ts';
import { tellExit } from './simulation-watch.ts';
import { Terminal } from './terminal.ts';

const { argv, env, stdout, stderr } = process;

void runHoldfast({ terminal: new Terminal(stdout, stderr), env }, argv.slice(2)).then((exit) => {
  process.exitCode = exit;
  tellExit(env, exit);
});
