import { Observable } from 'rxjs';
import type { Connection } from '../../actors/sockets.ts';
import type { AuditGap, AuditLog, AuditRecord } from '../../runtime/audit.ts';
import type { ControlledAudit } from '../../runtime/control-methods.ts';
import type { Controlled } from '../../runtime/control-session.ts';
import type { ControlledKeys } from '../../runtime/key-control.ts';
import { Lines } from '../../runtime/lines.ts';
import type { ReadRangeInput } from '../../runtime/options/audit.ts';
import type { ControlledPeers } from '../../runtime/peer-control.ts';
import { nextTurn } from '../../runtime/world/turn.ts';
import type { Hold } from '../../storage/holds.ts';

/** The near end of a connection whose far end is the test. */
export class FakeConnection implements Connection {
  readonly incoming: AsyncIterable<Uint8Array>;
  readonly #replies: unknown[] = [];
  readonly #lines = new Lines(2 ** 24);
  readonly #waiting: (() => void)[] = [];
  #arrived: Uint8Array[] = [];
  #wake = (): void => {};
  /** `open` until it is ended here, then until it is dropped or the far end has left. */
  state: 'open' | 'ending' | 'gone' = 'open';
  /** False while the far end does not read. */
  hasRoom = true;

  constructor() {
    this.incoming = this.#arrive();
  }

  async *#arrive(): AsyncGenerator<Uint8Array> {
    while (this.state !== 'gone') {
      const next = this.#arrived.shift();
      if (next !== undefined) yield next;
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }

  write(text: string): boolean {
    if (this.state !== 'open') return true;
    for (const line of this.#lines.take(Buffer.from(text))) this.#replies.push(JSON.parse(line));
    return this.hasRoom;
  }

  drained(): Promise<void> {
    if (this.hasRoom || this.state === 'gone') return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  end(): void {
    if (this.state === 'open') this.state = 'ending';
  }

  drop(): void {
    this.state = 'gone';
    this.#wake();
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  // --- the far end ---------------------------------------------------------------------------

  /** Sends text, or lines of JSON; resolves with all that was answered since the last time. */
  async say(...texts: readonly (string | object)[]): Promise<readonly unknown[]> {
    for (const text of texts) {
      const line = typeof text === 'string' ? text : `${JSON.stringify(text)}\n`;
      this.#arrived.push(Buffer.from(line));
    }
    this.#wake();
    for (let turn = 0; turn < 10; turn += 1) await nextTurn();
    return this.#replies.splice(0);
  }

  read(): void {
    this.hasRoom = true;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

export const recordAt = (index: number): AuditRecord => ({
  kind: 'record',
  index,
  leafHash: 'ab',
  event: {
    specversion: '1.0',
    id: `x-${index}`,
    source: 'holdfast/orders',
    type: 'order.placed',
    time: '2026-01-01T00:00:00.000Z',
    data: { n: index },
  },
});

export const gap: AuditGap = { kind: 'gap', from: 0, to: 2, because: 'shredded' };

/** A log of as many records as it is told of, the first two shredded. Notes what it is asked. */
export class FakeAudit implements ControlledAudit {
  readonly asked: unknown[] = [];
  size = 4;
  holds: readonly Hold[] | undefined;
  /** Runs before each record is read. */
  beforeRead: (index: number) => void | Promise<void> = () => {};
  verification: Promise<unknown> = Promise.resolve({ verdict: 'ok' });
  readonly #told = new Set<() => void>();

  async *read({
    fromIndex = 0,
    ...rest
  }: ReadRangeInput = {}): AsyncGenerator<AuditRecord | AuditGap> {
    this.asked.push(['read', { fromIndex, ...rest }]);
    if (fromIndex < 2) yield gap;
    const { toIndex = Number.POSITIVE_INFINITY } = rest;
    for (let index = Math.max(2, fromIndex); index < Math.min(this.size, toIndex); index += 1) {
      await this.beforeRead(index);
      yield recordAt(index);
    }
  }

  tail({ fromIndex = this.size } = {}): Observable<AuditRecord | AuditGap> {
    return new Observable((subscriber) => {
      const tell = (): void => {
        if (this.size < 0) subscriber.complete();
        else if (fromIndex < this.size) subscriber.next(recordAt(fromIndex));
      };
      this.#told.add(tell);
      tell();
      return () => this.#told.delete(tell);
    });
  }

  /** As many listen for news. */
  get listeners(): number {
    return this.#told.size;
  }

  grow(size: number): void {
    this.size = size;
    for (const tell of this.#told) tell();
  }

  readonly verifierKey = 'log+00000000+key';

  async checkpoint() {
    return 'checkpoint\n';
  }

  async proveConsistency(sizes: { readonly fromSize: number; readonly toSize?: number }) {
    this.asked.push(['proveConsistency', sizes]);
    return ['AAEC'];
  }

  async beginSeals() {
    return 'holdfast-seals+log';
  }

  async prove(index: number) {
    this.asked.push(['prove', index]);
    return `receipt of ${index}\n`;
  }

  async verify({ onProgress = () => {}, anchor }: Parameters<AuditLog['verify']>[0] = {}) {
    if (anchor !== undefined) this.asked.push(['verify', anchor]);
    onProgress(0, 2);
    onProgress(1, 2);
    return (await this.verification) as Awaited<ReturnType<AuditLog['verify']>>;
  }

  async shred(options: Parameters<AuditLog['shred']>[0]): Promise<readonly number[]> {
    this.asked.push(['shred', options]);
    return [1, 2];
  }

  async hold(options: Parameters<AuditLog['hold']>[0]): Promise<void> {
    this.asked.push(['hold', options]);
  }

  async release(options: Parameters<AuditLog['release']>[0]): Promise<void> {
    this.asked.push(['release', options]);
  }

  async rotate(): Promise<void> {
    this.asked.push(['rotate']);
  }

  async rotateKey(options: Parameters<AuditLog['rotateKey']>[0] = {}) {
    this.asked.push(['rotateKey', options]);
    return { checkpoint: 'handed over\n', verifierKey: 'log+00000001+key' };
  }

  status() {
    const said = { size: this.size, ...(this.holds && { holds: this.holds }) };
    return said as ReturnType<AuditLog['status']>;
  }
}

/** Peers that do as they are told, and write it down. */
export class FakePeers implements ControlledPeers {
  readonly asked: unknown[] = [];

  list(): ReturnType<ControlledPeers['list']> {
    const met = { address: '10.0.0.1', dialled: false, connectedMs: 5, pingMs: undefined };
    const known = {
      trust: 50,
      level: 'basic',
      sandboxedLevel: 'basic',
      suspicion: 'clear',
    } as const;
    return [{ id: 'a'.repeat(52), ...met, ...known }];
  }

  readonly blacklist: ControlledPeers['blacklist'] = {
    verifierKey: 'shop+key',
    list: () => [],
    blame: (...asked) => void this.asked.push(['blame', ...asked]),
    forgive: async (...asked) => void this.asked.push(['forgive', ...asked]),
    import: (...asked) => this.asked.push(['import', ...asked]),
    export: () => 'a list',
  };

  explainAddress(address: string): ReturnType<ControlledPeers['explainAddress']> {
    return { address, netgroup: `${address}/24`, verdict: undefined };
  }

  feeds(): ReturnType<ControlledPeers['feeds']> {
    return [];
  }

  async explain(id: string): ReturnType<ControlledPeers['explain']> {
    this.asked.push(['explain', id]);
    const standing = { score: 50, level: 'basic', granted: 'untrusted', bannedUntilMs: 0 } as const;
    const suspicion = { score: 0, band: 'clear', evidence: [] } as const;
    return { ...standing, records: [], agrees: true, verdict: undefined, suspicion };
  }

  async grant(...asked: unknown[]): Promise<void> {
    this.asked.push(['grant', ...asked]);
  }

  ban(...asked: unknown[]): void {
    this.asked.push(['ban', ...asked]);
  }

  async unban(...asked: unknown[]): Promise<void> {
    this.asked.push(['unban', ...asked]);
  }
}

/** Keys that do as they are told, and write it down. */
export class FakeKeys implements ControlledKeys {
  readonly asked: unknown[] = [];

  list(): ReturnType<ControlledKeys['list']> {
    return [{ purpose: 'audit', state: 'present', verifierKey: 'shop+1+key' }];
  }

  async rotate(...asked: unknown[]): ReturnType<ControlledKeys['rotate']> {
    this.asked.push(['rotate', ...asked]);
    return { purpose: 'audit', state: 'present', verifierKey: 'shop+2+key' };
  }

  async revoke(...asked: unknown[]): ReturnType<ControlledKeys['revoke']> {
    this.asked.push(['revoke', ...asked]);
    return { purpose: 'audit', state: 'present', verifierKey: 'shop+3+key' };
  }

  async archive(): ReturnType<ControlledKeys['archive']> {
    this.asked.push(['archive']);
    return this.list();
  }

  async exportPublic(): ReturnType<ControlledKeys['exportPublic']> {
    return { id: 'a'.repeat(52), chain: 'AAAA', verifierKey: 'shop+1+key' };
  }
}

export const controlled = (audit: ControlledAudit, peers = new FakePeers()): Controlled => ({
  audit,
  peers,
  keys: new FakeKeys(),
  diagnose: () => ({ name: 'shop' }),
  inspectorUrls: () => undefined,
});
