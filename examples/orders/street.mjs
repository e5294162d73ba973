import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { filter, firstValueFrom, map, Subject, startWith } from 'rxjs';
import { Cable } from './cable.mjs';
import { processMachine } from './process.machine.mjs';
import { reach } from './reach.mjs';

/** @typedef {import('holdfast').Handle<typeof processMachine>} Neighbour the process of a peer */
/** @typedef {ReturnType<typeof openStreet>} Street */
/**
 * Where the shop is listened at, where its neighbours keep what they remember, and who hears of
 * each of them.
 * @typedef {{ url: string, folder: string, onStarted: (neighbour: Neighbour) => void }} Site
 */

const budget = { restartsMax: 12, windowMs: 20_000 };
const quick = { minMs: 200, maxMs: 1_000, factor: 2 };

/**
 * Other runtimes that have to do with the shop, each in a process of its own.
 * @param {import('holdfast').Runtime} runtime
 * @param {Site} site
 */
export function openStreet(runtime, { url, folder, onStarted }) {
  const { peers } = runtime;
  const street = runtime.supervisor('street', budget);
  /** @type {Subject<import('holdfast').Fact>} of those that tell theirs */
  const told$ = new Subject();
  const onFact = (/** @type {import('holdfast').Fact} */ fact) => told$.next(fact);
  /**
   * @param {string} name
   * @param {(home: string) => { args?: string[], through?: readonly string[] }} [more]
   */
  const start = (name, more = () => ({})) => {
    const home = join(folder, name);
    // Who starts anew is somebody new; who is restarted is who it was.
    rmSync(home, { recursive: true, force: true });
    const file = fileURLToPath(new URL(`peers/${name}.mjs`, import.meta.url));
    mkdirSync(home, { recursive: true });
    const { args = [], through } = more(home);
    const input = { file, args: [home, url, peers.id, ...args], through, onFact };
    const neighbour = street.start(name, processMachine, { input, backoff: quick });
    onStarted(neighbour);
    return neighbour;
  };
  const [till, depot] = [start('till'), start('depot')];
  const cable = new Cable(async () => (await firstValueFrom(serving(depot))).port);
  // It does not come to that if the shop closes before.
  callDepot(peers, depot, cable).catch(() => {});
  return {
    till,
    depot,
    cable,
    folder,
    told$,
    startRogue: () => start('rogue'),
    startKiosk: () => start('kiosk'),
    /** @param {import('./small-disk.mjs').SmallDisk} disk */
    startArchive: (disk) => start('archive', disk),
    /** @param {Neighbour} neighbour */
    peerOf: (neighbour) => peers.find(neighbour.snapshot()?.context.id ?? peers.id),
  };
}

/**
 * From then on it is dialled again whenever the connection to it is lost.
 * @param {import('holdfast').Peers} peers
 * @param {Neighbour} depot
 * @param {Cable} cable
 */
async function callDepot(peers, depot, cable) {
  const port = await cable.lay();
  const { id } = await firstValueFrom(serving(depot));
  await reach(peers, `ws://127.0.0.1:${port}/holdfast`, id);
}

/**
 * Where it listens, and who it is, once its process says so.
 * @param {Neighbour} neighbour
 */
export function serving(neighbour) {
  return neighbour.changes$.pipe(
    startWith(neighbour.snapshot()),
    filter((snapshot) => snapshot?.value === 'serving'),
    map((snapshot) => {
      const { id = '', port = 0, diagnosticsUrl = '' } = snapshot?.context ?? {};
      return { id, port, diagnosticsUrl };
    }),
  );
}
