/**
 * Another runtime, that leads others to each other, answers, and asks.
 *
 *     node neighbour.mjs [<home> <port>]
 *
 * With a home it is the same peer when it comes back.
 */
import { createRuntime } from 'holdfast';
import { codeOf, obey } from './tasks.mjs';

const [home, port = '0'] = process.argv.slice(2);
const kept =
  home === undefined
    ? {}
    : { dataDir: `${home}/data`, masterKey: { file: `${home}/key`, create: true } };
const { peers } = await createRuntime({
  name: 'neighbour',
  ...kept,
  listen: { port: Number(port) },
  network: { relayLevel: 'basic' },
});
peers.handle('stock', { level: 'basic', effect: 'read' }, () => 7);

obey(
  { id: peers.id, url: peers.urls[0] },
  {
    meet: (/** @type {string} */ url) => codeOf(peers.connect(url, { identity: 'any' })),
    /** @param {{ id: string, methods: readonly string[] }} question */
    ask: ({ id, methods }) =>
      Promise.all(
        methods.map((name) => codeOf(peers.find(id)?.request(name) ?? Promise.reject('away'))),
      ),
  },
);
