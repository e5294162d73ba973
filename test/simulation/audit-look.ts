import type { Happened } from '../../actors/world.ts';
import type { AuditLog, AuditRecord } from '../../runtime/audit.ts';
import type { Fault } from '../../runtime/sim/scenario.ts';
import type { Stage } from '../../runtime/sim/stage.ts';
import type { Memory, Promised, Span, State } from './audit-memory.ts';
import {
  differenceOf,
  drawAsked,
  gapBetween,
  type Read,
  readAll,
  recordsIn,
} from './audit-readings.ts';
import { has, isKept } from './promises.ts';

/** Facts that are no decisions are not recorded. */
const isRecorded = ({ type }: Happened): boolean => !UNRECORDED.has(type);
const UNRECORDED = new Set(['actor.started', 'actor.stopped', 'actor.finished', 'state.restored']);

/** Somebody who looks whether the log is what was promised. */
export class Look {
  readonly #at: Stage;
  readonly #state: State;
  readonly #memory: Memory;
  readonly #faults: readonly Fault[];

  constructor(at: Stage, state: State, memory: Memory, faults: readonly Fault[]) {
    this.#at = at;
    this.#state = state;
    this.#memory = memory;
    this.#faults = faults;
  }

  /** Reads all of the log, then some parts of it. */
  async read(parts: number): Promise<readonly Read[]> {
    const begunAtMs = this.#at.nowMs;
    const expected = this.#kept(this.#memory.promised);
    const heldBefore = new Set(this.#holds().map(([, held]) => held));
    const found = await readAll(this.#log);
    const held = this.#holds().filter(([, each]) => heldBefore.has(each));
    this.#lookForHolds(held);
    this.#lookForOrder(recordsIn(found));
    this.#lookForRecords(expected, found, held);
    this.#lookForGone(recordsIn(found));
    for (let part = 0; part < parts; part++) await this.#readPart(found, begunAtMs);
    return found;
  }

  get #log(): AuditLog {
    return this.#state.runtime.audit;
  }

  #tell(problem: string): void {
    this.#state.problem ??= problem;
  }

  /** What the disk has to keep, of what was promised. */
  #kept<Made extends { readonly atMs: number }>(all: readonly Made[]): readonly Made[] {
    return all.filter(({ atMs }) => isKept(this.#faults, atMs));
  }

  /** Those that were promised, and are not being released. */
  #holds(): readonly (readonly [string, Span])[] {
    return [...this.#memory.holds].filter(([, { atMs }]) => isKept(this.#faults, atMs));
  }

  #lookForHolds(held: readonly (readonly [string, Span])[]): void {
    const { holds, mode } = this.#log.status();
    if (mode !== 'readWrite') return;
    const forgotten = held.find(([name]) => holds.every((each) => each.name !== name));
    if (forgotten !== undefined) this.#tell(`the hold "${forgotten[0]}" is forgotten`);
  }

  #lookForOrder(records: readonly AuditRecord[]): void {
    const placed = records.filter(({ event: { type } }) => type.startsWith('order.'));
    const numbers = placed.map(({ event: { data } }) => Number(Object(data).n));
    const early = numbers.find((n, index) => n < (numbers[index - 1] ?? 0));
    if (early !== undefined) this.#tell(`record ${early} comes after a later one`);
  }

  #lookForRecords(
    expected: readonly Promised[],
    found: readonly Read[],
    held: readonly (readonly [string, Span])[],
  ): void {
    const at = new Map(recordsIn(found).map((record) => [record.index, record]));
    for (const { n, index } of expected) {
      const data = Object(at.get(index)?.event.data);
      if (data.n === n) continue;
      const instead = found.find(
        (read) => read.kind === 'gap' && read.from <= index && index < read.to,
      );
      const isShredded = instead?.kind === 'gap' && instead.because === 'shredded';
      const hold = held.find(([, { from, to }]) => from <= index && index < to);
      if (isShredded && hold !== undefined) {
        this.#tell(`record ${n} at ${index} is shredded, though "${hold[0]}" holds it`);
      }
      if (this.#memory.mayShred && isShredded) continue;
      const is = JSON.stringify(instead ?? data.n ?? null);
      this.#tell(`record ${n} is not at ${index}, but ${is}`);
    }
  }

  /** What is given up stays so: the key of what was shredded, and the key that signed before. */
  #lookForGone(records: readonly AuditRecord[]): void {
    const gone = this.#kept(this.#memory.shredded);
    const isGone = ({ index }: AuditRecord) =>
      gone.some(({ from, to }) => from <= index && index < to);
    const back = records.find(isGone);
    if (back !== undefined) this.#tell(`record ${back.index} was shredded, and is read`);
    const { verifierKey } = this.#log;
    const isBack = this.#kept(this.#memory.retired).some(({ key }) => key === verifierKey);
    if (isBack) this.#tell('a retired audit key signs again');
  }

  /** What a reading of a part gives is what the reading of all gave, filtered. */
  async #readPart(found: readonly Read[], begunAtMs: number): Promise<void> {
    const asked = drawAsked(this.#at.random('reader').draw, found);
    const given = await readAll(this.#log, asked);
    // What is written after that has the same indices.
    const isVanished = (fault: Fault) => fault.kind === 'disk.vanish' && fault.atMs >= begunAtMs;
    if (this.#faults.some(isVanished)) return;
    this.#at.sometimes('a part of the log is read');
    const isWhole = isKept(this.#faults, begunAtMs);
    const gap = isWhole ? gapBetween(found, given, asked) : undefined;
    const difference = differenceOf(found, given, asked) ?? gap;
    if (difference !== undefined) this.#tell(`${difference}, asked for ${JSON.stringify(asked)}`);
  }

  /** What this process told is on record, or counted in a gap. */
  count(found: readonly Read[]): void {
    if (!isKept(this.#faults, this.#state.bornAtMs)) return;
    const known = new Set(recordsIn(found).map(({ event }) => event.id));
    const { facts } = this.#state;
    const missing = facts.filter((fact) => !known.has(fact.id) && isRecorded(fact));
    const told = facts.filter(({ type }) => type === 'audit.gap');
    const lost = told.reduce((sum, { data }) => sum + Number(data.lost), 0);
    if (lost > 0) this.#at.sometimes('facts are lost');
    if (this.#memory.mayShred || missing.length === lost) return;
    const types = [...new Set(missing.map(({ type }) => type))].join(', ');
    this.#tell(`${missing.length} facts are missing (${types}), ${lost} are told of`);
  }

  /** The log goes on from each checkpoint that was given out, whichever key signed that. */
  async verify(): Promise<void> {
    const isLost = has(this.#faults, 'disk.unsynced', 'disk.vanish', 'disk.rot');
    const anchors = isLost ? [] : this.#memory.anchors;
    for (const anchor of anchors) await this.#lookForAnchor(anchor);
    const last = anchors.at(-1);
    const options = last === undefined ? {} : { anchor: last };
    const { verdict, problems, segments } = await this.#log.verify(options);
    if (has(this.#faults, 'disk.rot', 'disk.vanish')) return;
    if (!['tampered', 'rolledBack', 'unverifiable'].includes(verdict)) return;
    const worst = [...problems, ...segments].filter((each) => each.verdict === verdict);
    // Two copies, of which the disk had promised that one lasts: no crash alone leaves them so.
    const isMended = worst.every(({ because }) => because?.startsWith('an opening mended it'));
    if (isMended && has(this.#faults, 'disk.unsynced')) return;
    this.#tell(`${verdict}: ${JSON.stringify(worst)}`);
  }

  async #lookForAnchor(checkpoint: string): Promise<void> {
    const [, size] = checkpoint.split('\n');
    if (size === '0') return;
    this.#at.sometimes('an anchor is kept');
    try {
      await this.#log.prove(0, { checkpoint });
    } catch (error) {
      this.#tell(`an anchor is none: ${error}`);
    }
  }
}
