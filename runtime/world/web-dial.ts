import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import {
  CHALLENGE_BYTES,
  type Dialled,
  type DialOptions,
  type Link,
  type LinkEvents,
  type Remote,
} from '../../actors/network.ts';
import { canonicalAddress } from '../../actors/peer/address.ts';
import { HEADER_BYTES_MAX } from './strict-server.ts';
import { fromBase64Url, inBase64Url, SUBPROTOCOL } from './upgrade.ts';
import { Carrier, carrierLimits, dialling, WebLink } from './web-link.ts';

/** Network.dial */
export function dial(
  url: string,
  options: DialOptions,
  onOpened: (link: Link) => LinkEvents,
): Promise<Dialled> {
  const { signal } = options;
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    let carrier: Carrier;
    try {
      carrier = begin(url, options);
    } catch (error) {
      return resolve({ outcome: 'unreachable', cause: asError(error) });
    }
    const onAborted = (): void => {
      carrier.terminate();
      reject(signal.reason);
    };
    const settle = (dialled: Dialled): void => {
      signal.removeEventListener('abort', onAborted);
      resolve(dialled);
    };
    signal.addEventListener('abort', onAborted, { once: true });
    carrier
      .on('error', (error) => settle({ outcome: 'unreachable', cause: error }))
      .on('unexpected-response', (_: ClientRequest, response: IncomingMessage) => {
        settle(answered(response));
        carrier.terminate();
      })
      .on('upgrade', ({ socket }) => {
        carrier.on('open', () => {
          carrier.removeAllListeners();
          const link = new WebLink(carrier, socket, remoteOf(socket), dialling);
          link.tell(onOpened(link));
          settle({ outcome: 'opened', link });
        });
      });
  });
}

function begin(url: string, { answer, pass }: DialOptions): Carrier {
  const { protocol } = new URL(url);
  if (protocol !== 'ws:') throw new TypeError(`a peer is dialled by ws:, got ${protocol}`);
  return new Carrier(url, SUBPROTOCOL, {
    ...carrierLimits,
    maxHeaderSize: HEADER_BYTES_MAX,
    headers: {
      ...(answer && { 'Holdfast-Answer': inBase64Url(answer) }),
      ...(pass && { 'Holdfast-Pass': inBase64Url(pass) }),
    },
  });
}

const remoteOf = ({ remoteAddress = '', remotePort = 0 }: Socket): Remote => ({
  address: canonicalAddress(remoteAddress) ?? '',
  port: remotePort,
});

function answered({ statusCode, headers }: IncomingMessage): Dialled {
  if (statusCode !== 503) {
    const cause = new Error(`what answers is no peer: HTTP ${statusCode}`);
    return { outcome: 'unreachable', cause };
  }
  const posed = headers['holdfast-challenge'];
  const text = typeof posed === 'string' ? posed : undefined;
  return { outcome: 'refused', challenge: fromBase64Url(text, CHALLENGE_BYTES) };
}

const asError = (error: unknown): Error =>
  error instanceof Error ? error : new Error(String(error));
