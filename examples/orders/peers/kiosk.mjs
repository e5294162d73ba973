/** A kiosk: a peer that is overrun. */
import { filter, firstValueFrom, shareReplay } from 'rxjs';
import { obey, openPeer, tell } from './process.mjs';

const REST_MS = 30;

const { runtime, shopId } = await openPeer('kiosk', {
  diagnostics: { port: 0 },
  // On loopback nobody would have to work.
  network: { exempt: [] },
  // Sooner than by default, for who watches does not want to wait.
  load: {
    pressured: { above: { forMs: 1_000 }, below: { forMs: 1_000 } },
    shedding: { above: { forMs: 1_000 }, below: { forMs: 1_000 } },
  },
});
const { peers } = runtime;
tell(runtime, 'kiosk', /^load\./);
const letGo$ = runtime.events$.pipe(
  filter(({ type, data }) => type === 'peer.ended' && data.because === 'shed'),
  shareReplay(),
);
letGo$.subscribe();

/** @type {NodeJS.Timeout | undefined} */
let timer;

/**
 * Computes, again and again, and lets nothing else of this process go on meanwhile.
 * @param {number} busyMs
 */
function compute(busyMs) {
  const endMs = performance.now() + busyMs;
  while (performance.now() < endMs);
  timer = setTimeout(compute, REST_MS, busyMs);
}

peers.handle('queue.get', { level: 'basic', effect: 'read' }, () => ({ waiting: 3 }));
await peers.grant(shopId, { level: 'privileged' });
const { url } = await peers.listen();

obey(
  { id: peers.id, port: Number(new URL(url).port), diagnosticsUrl: runtime.diagnosticsUrl },
  {
    /** @param {number} busyMs */
    compute: async (busyMs) => {
      clearTimeout(timer);
      timer = setTimeout(compute, 0, busyMs);
      return 'it computes';
    },
    rest: async () => {
      clearTimeout(timer);
      return 'it rests';
    },
    /** @param {string} id */
    letGo: async (id) => {
      await firstValueFrom(letGo$.pipe(filter(({ subject }) => subject === id)));
      return 'it was let go';
    },
  },
);
