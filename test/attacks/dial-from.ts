import type { Dialled, Network } from '../../actors/network.ts';
import { inBase64Url, SUBPROTOCOL } from '../../runtime/world/upgrade.ts';
import { Carrier, carrierLimits, dialling, WebLink } from '../../runtime/world/web-link.ts';

/** The real network, as it is dialled from another address of this machine. */
export function dialFrom(localAddress: string): Network {
  return {
    listen() {
      throw new Error('it only dials');
    },
    dial: (url, { answer, signal }, onOpened) =>
      new Promise<Dialled>((resolve, reject) => {
        const headers = answer && { 'Holdfast-Answer': inBase64Url(answer) };
        const carrier = new Carrier(url, SUBPROTOCOL, { ...carrierLimits, localAddress, headers });
        signal.addEventListener('abort', () => {
          carrier.terminate();
          reject(signal.reason);
        });
        carrier
          .on('error', (cause) => resolve({ outcome: 'unreachable', cause }))
          .on('unexpected-response', (_, { headers: { 'holdfast-challenge': posed } }) => {
            const challenge =
              typeof posed === 'string' ? Buffer.from(posed, 'base64url') : undefined;
            resolve({ outcome: 'refused', challenge });
            carrier.terminate();
          })
          .on('upgrade', ({ socket }) => {
            carrier.on('open', () => {
              carrier.removeAllListeners();
              const { hostname, port } = new URL(url);
              const remote = { address: hostname, port: Number(port) };
              const link = new WebLink(carrier, socket, remote, dialling);
              link.tell(onOpened(link));
              resolve({ outcome: 'opened', link });
            });
          });
      }),
  };
}
