import { concat, text } from '../../../storage/bytes.ts';
import { offerBytes } from './hello.ts';

/** What the handshake runs over: a connection of its own, or one through a peer. */
export type Carrier = 'ws' | 'relay';

/** What both sides must have seen alike before they can agree on a key. */
export interface Terms {
  readonly carrier: Carrier;
  /** At most 64 bytes of UTF-8. */
  readonly network: string;
  /** By the initiator, best first. */
  readonly offered: readonly number[];
  readonly chosen: number;
}

/** SPEC section 4. */
export function prologueOf({ carrier, network, offered, chosen }: Terms): Uint8Array {
  const name = text(network);
  return concat(
    text(`holdfast/v1/peer${carrier}`),
    Uint8Array.of(name.length),
    name,
    offerBytes(offered, chosen),
  );
}
