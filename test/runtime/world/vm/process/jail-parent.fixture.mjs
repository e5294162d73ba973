/** Makes a jail as it is told on standard input, says who is in it, and waits to be killed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';

const { command, args, source, filter } = JSON.parse(await text(process.stdin));
const child = spawn(command, args, {
  stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
  env: {},
});
const [, , , line, info, ...written] = /** @type {import('node:stream').Duplex[]} */ (
  /** @type {unknown} */ (child.stdio)
);
let said = '';
info?.on('data', (part) => {
  said += part;
});
written[0]?.end(Buffer.from(filter, 'base64'));
written[1]?.end(source);
await once(/** @type {import('node:stream').Duplex} */ (line), 'data');
const init = Number(/"child-pid": (\d+),/.exec(said)?.[1]);
const program = Number(readFileSync(`/proc/${init}/task/${init}/children`, 'utf8'));
process.stdout.write(JSON.stringify([child.pid, init, program]));
