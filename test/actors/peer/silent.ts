import { Ledger } from '../../../actors/peer/ledger.ts';
import { Departures } from '../../../actors/peer/requests/departures.ts';
import { Exchange } from '../../../actors/peer/requests/exchange.ts';
import type { Payload } from '../../../actors/peer/requests/payload.ts';
import { Room } from '../../../actors/peer/requests/room.ts';
import type { Frame } from '../../../actors/peer/wire/frame.ts';

/** An exchange that is told things, and does nothing about them. */
export class Silent extends Exchange {
  readonly headBytes = 12;
  readonly extraBytes = 0;
  readonly streamBytes = 0;
  readonly departures = new Departures(0);
  readonly purse = new Room(new Ledger().open(''), () => {}).requests;

  head({ encoding, bytes }: Payload, part: Uint8Array): Frame {
    return { kind: 'response', id: this.id, encoding, size: bytes.length, part };
  }

  onSent(): void {}
  onSignalled(): void {}
  expire(): void {}
  abandon(): void {}
}
