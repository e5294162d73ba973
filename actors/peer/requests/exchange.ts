import type { Failure } from '../../refusals.ts';
import { type Deadlines, Timed } from '../../timed.ts';
import type { Frame } from '../wire/frame.ts';
import type { Assembly } from './assembly.ts';
import type { Departures } from './departures.ts';
import { ID_WINDOW_BYTES } from './flow.ts';
import type { Payload } from './payload.ts';
import type { Purse } from './purse.ts';
import type { Room } from './room.ts';
import type { Sender } from './sender.ts';
import type { Turns } from './turns.ts';

/** What an exchange needs of its connection. */
export interface Line {
  readonly deadlines: Deadlines;
  readonly room: Room;
  readonly sender: Sender;
  /** Something waits to be written. */
  readonly ready: () => void;
}

/** What is said without a payload. A failure is the last that is said. */
export type Signal = 'stream' | 'end' | Failure;

/** One request and its answer, as one side has it: something to send, something to receive. */
export abstract class Exchange extends Timed {
  /** 0 until its first frame. */
  id = 0;

  // What the sender knows of it.
  signal: Signal | undefined;
  outgoing: Payload | undefined;
  /** Of the outgoing payload; -1 before its first frame. */
  sentBytes = -1;
  sendLeftBytes = ID_WINDOW_BYTES;
  /** The size of the outgoing payload, if that is under way or may set out. */
  underWayBytes = 0;
  turns: Turns | undefined;
  before: Exchange | undefined;
  after: Exchange | undefined;
  abstract readonly departures: Departures;

  // What the room knows of it.
  assembly: Assembly | undefined;
  receiveLeftBytes = ID_WINDOW_BYTES;
  isGranted = false;
  abstract readonly purse: Purse;

  /** Of the first frame of the outgoing payload, its part aside. */
  abstract readonly headBytes: number;
  /** What that frame counts for, its part aside. */
  abstract readonly extraBytes: number;
  /** That frame. There is room for it: it will be sent. */
  abstract head(payload: Payload, part: Uint8Array): Frame;
  /** All of the outgoing payload is written; there may be another then. */
  abstract onSent(payload: Payload): void;
  abstract onSignalled(signal: Signal): void;
  /** How many bytes of payload the other may have on the way between items, if it is a stream. */
  abstract readonly streamBytes: number;
}
