import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { Subject } from 'rxjs';

/** A way to a process over loopback that can be cut, and mended. */
export class Cable {
  /** Tells of everybody who came while it was cut. */
  refused$ = new Subject();
  #portOf;
  #isCut = false;
  /** @type {Set<import('node:net').Socket>} */
  #sockets = new Set();
  #server = createServer((socket) => this.#lead(socket));

  /** @param {() => Promise<number>} portOf where it leads to, as soon as anybody listens there */
  constructor(portOf) {
    this.#portOf = portOf;
  }

  /** @returns {Promise<number>} the port of its near end */
  async lay() {
    await once(this.#server.listen(0, '127.0.0.1').unref(), 'listening');
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  cut() {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend() {
    this.#isCut = false;
  }

  /** @param {import('node:net').Socket} near */
  async #lead(near) {
    this.#hold(near);
    if (this.#isCut) {
      near.destroy();
      return this.refused$.next(undefined);
    }
    const far = connect(await this.#portOf(), '127.0.0.1');
    this.#hold(far);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
    near.pipe(far).pipe(near);
    if (near.destroyed) far.destroy();
  }

  /** @param {import('node:net').Socket} socket */
  #hold(socket) {
    this.#sockets.add(socket.unref());
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
  }
}
