/** SPEC section 6: what a sealed message is made of. Parts are views of the message. */
export type Frame = ExchangeFrame | RestFrame;

/** A frame of one request, or of all of them. */
export type ExchangeFrame =
  | RequestFrame
  | PayloadFrame
  | IdFrame
  | DataFrame
  | ErrorFrame
  | CreditFrame;

/** What the bytes of a payload are. */
export type Encoding = 'nothing' | 'json' | 'bytes';

export interface RequestFrame {
  readonly kind: 'request';
  readonly id: number;
  readonly timeoutMs: number;
  readonly encoding: Encoding;
  /** Of the whole payload. */
  readonly size: number;
  readonly name: string;
  readonly part: Uint8Array;
}

export interface PayloadFrame {
  readonly kind: 'response' | 'item';
  readonly id: number;
  readonly encoding: Encoding;
  readonly size: number;
  readonly part: Uint8Array;
}

export interface IdFrame {
  readonly kind: 'stream' | 'end' | 'cancel';
  readonly id: number;
}

export interface DataFrame {
  readonly kind: 'data';
  readonly id: number;
  readonly part: Uint8Array;
}

export interface ErrorFrame {
  readonly kind: 'error';
  readonly id: number;
  /** 0 if nobody can say. */
  readonly retryAfterMs: number;
  readonly retryable: boolean;
  readonly code: string;
  readonly message: string;
}

export interface CreditFrame {
  readonly kind: 'credit';
  /** 0 for all. */
  readonly id: number;
  readonly bytes: number;
}

export type RestFrame =
  | { readonly kind: 'ping' | 'pong'; readonly nonce: Uint8Array }
  | { readonly kind: 'bye' | 'rekey' }
  | KeyFrame
  | { readonly kind: 'pass'; readonly pass: Uint8Array }
  | { readonly kind: 'relay'; readonly circuit: number; readonly part: Uint8Array };

/** What keys are rotated by: messages of a handshake, and that the new ones are used. */
export type KeyFrame =
  | { readonly kind: 'offer' | 'answer'; readonly part: Uint8Array }
  | { readonly kind: 'switch' };

export const kinds = [
  'request',
  'response',
  'stream',
  'item',
  'end',
  'data',
  'error',
  'cancel',
  'credit',
  'ping',
  'pong',
  'bye',
  'pass',
  'relay',
  'rekey',
  'offer',
  'answer',
  'switch',
] as const satisfies readonly Frame['kind'][];

export const encodings: readonly Encoding[] = ['nothing', 'json', 'bytes'];

export const PLAIN_BYTES_MAX = 65_519;
/** Within a relayed connection, whose messages are parts of frames. */
export const RELAYED_PLAIN_BYTES_MAX = 65_495;
/** Where the kind of a frame would stand: all that follows is padding. */
export const PADDING = 0;
export const PAYLOAD_BYTES_MAX = 10_485_760;
export const NAME_BYTES_MAX = 128;
export const MESSAGE_BYTES_MAX = 1024;
export const NONCE_BYTES = 8;
export const PASS_BYTES = 40;
/** Of a message of a rotation: that of the longest suite. */
export const ROTATION_BYTES_MAX = 1_248;
