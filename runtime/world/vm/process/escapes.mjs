/**
 * Runs in a jail that is thrown away, without Node's own permissions, and tries what must not work.
 * Says over descriptor 3, as JSON, how many it tried, and which of them did work. None does harm
 * where it works.
 */
import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { closeSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { createServer } from 'node:net';
import { Worker } from 'node:worker_threads';

const threadsMax = Number(process.argv[2]);

/** @param {string} path @param {string} flags */
const open = (path, flags) => closeSync(openSync(path, flags));

/** @type {Readonly<Record<string, () => unknown>>} Each throws, or rejects, if the jail holds. */
const escapes = {
  'opens the settings of the kernel': () => open('/proc/sys/kernel/core_pattern', 'r+'),
  'reads a file of the host': () => readFileSync('/etc/passwd'),
  'lists the processes of the host': () => readdirSync('/proc'),
  'lists devices': () => readdirSync('/dev'),
  'makes a file': () => open('/escaped', 'a'),
  'makes a temporary file': () => open('/tmp/escaped', 'a'),
  'writes to the program that it runs': () => open('/node', 'r+'),
  'starts a process': () => {
    const { error } = spawnSync('/node', ['--version']);
    if (error !== undefined) throw error;
  },
  'sends a signal to its parent': () => process.kill(process.ppid, 0),
  'listens on the network': () => once(createServer().listen(0, '127.0.0.1'), 'listening'),
  'listens where the host can hear': () => once(createServer().listen('\0escaped'), 'listening'),
  'opens a socket for datagrams': () => once(createSocket('udp4').bind(0), 'listening'),
  'has an environment': () => {
    if (Object.keys(process.env).every((name) => name === 'PWD')) throw new Error('empty');
  },
  'is root': () => {
    if (process.getuid?.() !== 0) throw new Error('not root');
  },
  'becomes root': () => process.setuid?.(0),
  'has more threads than it may': async () => {
    const source = 'setInterval(() => {}, 1e9); process.emitWarning = () => {}';
    for (let started = 0; started < threadsMax; started += 1) {
      await once(new Worker(source, { eval: true }), 'online');
    }
  },
};

const worked = [];
for (const [name, attempt] of Object.entries(escapes)) {
  try {
    await attempt();
    worked.push(name);
  } catch {
    // As it should be.
  }
}
writeSync(3, JSON.stringify({ tried: Object.keys(escapes).length, worked }));
process.exit(0);
