/**
 * The upstream: an HTTP server in a process of its own, on loopback, on any free port. Its parent
 * changes its mood over IPC. It ends when that channel closes, so it outlives no parent, however
 * that parent ended.
 */
import { createServer } from 'node:http';

/** @typedef {'well' | 'slow' | 'hanging' | 'garbage' | 'flaky'} Mood */

const CENTS = { tea: 350, coffee: 420, cocoa: 510, mate: 390 };
const SLOW_MS = 150;
/** It comes up slowly, as services do. */
const BOOT_MS = 400;
/** In a flaky mood, every so many answers break off. */
const FLAKY_EVERY = 3;

/** @type {Mood} */
let mood = 'well';
let answers = 0;
let hanging = 0;

/** @param {string} path */
function bodyFor(path) {
  const [, room, name = ''] = path.split('/');
  if (room === 'hanging') return { hanging };
  if (room === 'parcels') return { parcel: name, at: 'the door' };
  if (room !== 'prices') return undefined;
  if (name === '') return { cents: CENTS };
  const cents = new Map(Object.entries(CENTS)).get(name);
  return cents === undefined ? undefined : { sku: name, cents };
}

const garbage = ['<html><h1>502 Bad Gateway', '{"sku":7,"cents":"three fifty"}'];

/** @param {import('node:http').ServerResponse} response */
function breakOff(response) {
  response.setHeader('content-length', 64);
  response.write('{"sku":"tea","ce');
  setImmediate(() => response.destroy());
}

const server = createServer((request, response) => {
  const path = request.url ?? '/';
  const body = bodyFor(path);
  response.setHeader('content-type', 'application/json');
  if (path === '/hanging') {
    response.end(JSON.stringify(body));
  } else if (mood === 'hanging' || path === '/parcels/lost') {
    hanging += 1;
    response.once('close', () => {
      hanging -= 1;
    });
  } else if (mood === 'garbage') {
    answers += 1;
    response.end(garbage[answers % garbage.length]);
  } else if (mood === 'flaky' && ++answers % FLAKY_EVERY === 0) {
    breakOff(response);
  } else {
    response.statusCode = body === undefined ? 404 : 200;
    const answer = () => response.end(JSON.stringify(body ?? { error: 'not here' }));
    if (mood === 'slow') setTimeout(answer, SLOW_MS);
    else answer();
  }
});

if (process.send === undefined) {
  console.error('upstream.mjs is started by main.mjs, with an IPC channel');
  process.exit(2);
}

process.on('disconnect', () => process.exit(0));
// It may have closed while this file was being loaded, when nobody listened yet.
if (!process.connected) process.exit(0);
// Ctrl-C reaches the whole terminal; who supervises this process decides when it ends.
process.on('SIGINT', () => {});
process.on('message', (/** @type {{ mood: Mood }} */ order) => {
  mood = order.mood;
});

server.maxConnections = 256;
setTimeout(() => {
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    // The parent may have gone meanwhile; then `disconnect` ends this process.
    if (typeof address === 'object') process.send?.({ ready: { port: address?.port } }, () => {});
  });
}, BOOT_MS);
