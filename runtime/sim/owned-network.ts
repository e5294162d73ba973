import type { Door, LinkEvents, Network } from '../../actors/network.ts';
import type { Owner } from '../../actors/world.ts';
import { containment } from '../world/containment.ts';

/** Node tells of a socket in the context of whoever opened it; a simulated one does so, too. */
export function ownedNetwork(network: Network): Network {
  return {
    listen: (options, door) => {
      const owner = containment.current();
      return network.listen(options, owner === undefined ? door : ownedDoor(door, owner));
    },
    dial: (url, options, onOpened) => {
      const owner = containment.current();
      if (owner === undefined) return network.dial(url, options, onOpened);
      return network.dial(url, options, (link) =>
        ownedEvents(
          containment.run(owner, () => onOpened(link)),
          owner,
        ),
      );
    },
  };
}

const ownedDoor = (door: Door, owner: Owner): Door => ({
  onArrived: (arrival) => containment.run(owner, () => door.onArrived(arrival)),
  onLeft: (arrival) => hear(owner, () => door.onLeft(arrival)),
  onAsked: (arrival, asking) => containment.run(owner, () => door.onAsked(arrival, asking)),
  onOpened: (arrival, link) =>
    ownedEvents(
      containment.run(owner, () => door.onOpened(arrival, link)),
      owner,
    ),
});

const ownedEvents = (events: LinkEvents, owner: Owner): LinkEvents => ({
  onMessage: (message) => hear(owner, () => events.onMessage(message)),
  onDrained: () => hear(owner, () => events.onDrained()),
  onEnd: (how) => hear(owner, () => events.onEnd(how)),
});

/** What it throws is the fault of whoever hears it, never of the machine that sent it. */
function hear(owner: Owner, work: () => void): void {
  try {
    containment.run(owner, work);
  } catch (error) {
    owner.uncaught(error);
  }
}
