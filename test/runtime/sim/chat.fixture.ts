import type { Door, LinkEvents } from '../../../actors/network.ts';
import type { Fault } from '../../../runtime/sim/scenario.ts';
import type { Simulation, SimulationResult } from '../../../runtime/sim/simulate.ts';
import type { Stage } from '../../../runtime/sim/stage.ts';

export const CLIENT = '10.0.0.1';
export const SERVER = '10.0.0.2';

const noted = (at: Stage): LinkEvents => ({
  onMessage: (message) => at.note(`heard ${message[0]}`),
  onDrained() {},
  onEnd: (how) => at.note(how),
});

/** Writes down what it hears. */
export async function listen(at: Stage): Promise<void> {
  const door: Door = {
    onArrived: () => true,
    onLeft() {},
    onAsked: () => ({ admitted: true }),
    onOpened: () => noted(at),
  };
  await at.world.network.listen({ host: SERVER, port: 7_000, trustedProxies: [] }, door);
}

/** Says a number a second, and dials again when a link is over. */
async function talk(at: Stage): Promise<void> {
  const { signal } = new AbortController();
  let isOpen = true;
  for (let count = 0; ; ) {
    const dialled = await at.world.network.dial(`ws://${SERVER}:7000/`, { signal }, () => ({
      ...noted(at),
      onEnd: (how) => {
        at.note(how);
        isOpen = false;
      },
    }));
    at.note(dialled.outcome);
    isOpen = dialled.outcome === 'opened';
    for (; isOpen && dialled.outcome === 'opened'; count += 1) {
      dialled.link.send(Uint8Array.of(count));
      await at.wait(1_000);
    }
    await at.wait(1_000);
  }
}

/** A client that the run is about, and a server beside it. */
export const chat = (
  faults: readonly Fault[],
  rest: Partial<Simulation<undefined>> = {},
): Simulation<undefined> => ({
  seed: 1,
  horizonMs: 4_500,
  faults,
  start: () => undefined,
  machines: { [SERVER]: listen },
  workload: talk,
  ...rest,
});

/** What each side noted, in order, each with the second it was in; faults with whom they hit. */
export const told = ({ trace }: SimulationResult): string[] =>
  trace.flatMap((line) => {
    const at = Math.floor(line.atMs / 1_000);
    if (line.kind === 'fault') return [`${at} ${line.fault.kind}: ${line.hit}`];
    if (line.kind === 'violation') return [`${at} ${line.invariant}: ${line.detail}`];
    if (line.kind !== 'note' || line.text.startsWith('all faults')) return [];
    const where = line.machine === CLIENT ? 'client' : 'server';
    return [`${at} ${where} ${line.process} ${line.text}`];
  });
