/**
 * Shipped files that nothing imports, each with who will. An entry that is not needed any more is a
 * finding, so that this list ends empty.
 */
export const notYetUsed: Readonly<Record<string, string>> = {
  'machines/eviction.ts': 'the listener of peers',
  'actors/load.actor.ts': 'the listener of peers',
  'machines/peer.machine.ts': 'the actor of a peer',
  'actors/peer/relay.ts': 'the routes between peers',
  'actors/peer/circuit-link.ts': 'the routes between peers',
  'machines/route.machine.ts': 'the routes between peers',
  'actors/peer/wire/initiator.ts': 'the actor of a handshake',
  'actors/peer/wire/responder.ts': 'the actor of a handshake',
  'runtime/world/primitives.ts': 'both worlds',
  'actors/peer/wire/frame-reader.ts': 'the actor of a peer',
  'actors/peer/wire/proof.ts': 'the actor of a peer',
  'actors/peer/admission.ts': 'the listener of peers',
  'actors/peer/answering.ts': 'the dialler of peers',
  'actors/peer/requests.ts': 'the actor of a peer',
  'runtime/saved-trust.ts': 'the peers of a runtime',
  'runtime/peer-trust.ts': 'the peers of a runtime',
};
