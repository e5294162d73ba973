import { concat, readU32, readU64, text, u32, u64 } from './bytes.ts';
import type { Range, StoredRecord } from './open-records.ts';

/** The events that a reader asks for. Times are of events, in milliseconds since 1970. */
export interface Filter {
  readonly type?: string | undefined;
  /** Included. */
  readonly sinceMs?: number | undefined;
  /** Excluded. */
  readonly untilMs?: number | undefined;
}

/** What is known of records in blocks that lie side by side. */
export interface Zone extends Range {
  readonly earliestMs: number;
  readonly latestMs: number;
  /** A bit for each type that the map names, in its order; the last one for all the others. */
  readonly types: Uint8Array;
}

/** What is known of all records of a segment. */
export interface ZoneMap {
  /** The first of them that were met; at most 255. */
  readonly types: readonly string[];
  readonly zones: readonly Zone[];
}

const TYPES_BYTES = 32;
/** The bit of the types that have no name. */
const OTHERS = 8 * TYPES_BYTES - 1;
const ZONE_BYTES = 24 + TYPES_BYTES;

/** A zone with half as much as a block may hold takes no further block. */
const RECORDS_ENOUGH = 128;
const BYTES_ENOUGH = 32 * 1024;

/** The zones that may have an event that is asked for, in order. */
export function zonesFor(
  { types, zones }: ZoneMap,
  { type, sinceMs, untilMs }: Filter,
): readonly Range[] {
  const named = type === undefined ? OTHERS : types.indexOf(type);
  const bit = named === -1 ? OTHERS : named;
  return zones.filter((zone) => {
    const isInTime =
      (sinceMs === undefined || zone.latestMs >= sinceMs) &&
      (untilMs === undefined || zone.earliestMs < untilMs);
    return isInTime && (type === undefined || hasBit(zone.types, bit));
  });
}

const hasBit = (bits: Uint8Array, bit: number): boolean =>
  ((bits[bit >> 3] ?? 0) & (1 << (bit & 7))) !== 0;

interface Draft extends Zone {
  to: number;
  earliestMs: number;
  latestMs: number;
  bytes: number;
}

/** Makes the map of a segment of its records, one after the other. */
export class ZoneMaker {
  readonly #types = new Map<string, number>();
  readonly #zones: Draft[] = [];
  #block = -1;
  #records = 0;

  /** How many there were. */
  get records(): number {
    return this.#records;
  }

  get map(): ZoneMap {
    return { types: [...this.#types.keys()], zones: this.#zones };
  }

  add({ index, block, record }: StoredRecord): void {
    const { type, time } = eventOf(record);
    const zone = this.#zoneOf(index, block);
    const atMs = Date.parse(time);
    if (atMs < zone.earliestMs) zone.earliestMs = atMs;
    if (atMs > zone.latestMs) zone.latestMs = atMs;
    const bit = this.#bitOf(type);
    zone.types[bit >> 3] = (zone.types[bit >> 3] ?? 0) | (1 << (bit & 7));
    zone.to = index + 1;
    zone.bytes += record.length;
    this.#records += 1;
  }

  #zoneOf(index: number, block: number): Draft {
    const last = this.#zones.at(-1);
    const isFull =
      last === undefined || last.to - last.from >= RECORDS_ENOUGH || last.bytes >= BYTES_ENOUGH;
    const isNext = block !== this.#block;
    this.#block = block;
    if (last !== undefined && !(isNext && isFull)) return last;
    const zone = {
      from: index,
      to: index,
      earliestMs: Number.POSITIVE_INFINITY,
      latestMs: Number.NEGATIVE_INFINITY,
      types: new Uint8Array(TYPES_BYTES),
      bytes: 0,
    };
    this.#zones.push(zone);
    return zone;
  }

  #bitOf(type: string): number {
    const known = this.#types.get(type);
    if (known !== undefined) return known;
    const bit = this.#types.size;
    if (bit < OTHERS) this.#types.set(type, bit);
    return bit;
  }
}

/** A record is the JSON of a CloudEvents 1.0 event. */
const eventOf = (record: Uint8Array) =>
  JSON.parse(Buffer.from(record.buffer, record.byteOffset, record.length).toString()) as {
    readonly type: string;
    readonly time: string;
  };

/** As FORMAT.md has it. */
export function encodeZones({ types, zones }: ZoneMap): Uint8Array {
  const names = types.map(text).flatMap((name) => [u32(name.length), name]);
  const rows = zones.map((zone) => {
    return concat(u64(zone.from), f64(zone.earliestMs), f64(zone.latestMs), zone.types);
  });
  return concat(u32(types.length), ...names, ...rows);
}

/** @param bytes what `encodeZones` made of a segment that ends at `size`. */
export function decodeZones(bytes: Uint8Array, size: number): ZoneMap {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const types: string[] = [];
  let at = 4;
  while (types.length < readU32(bytes, 0)) {
    const from = at + 4;
    at = from + readU32(bytes, at);
    types.push(Buffer.from(bytes.subarray(from, at)).toString());
  }
  const zones: Zone[] = [];
  for (; at < bytes.length; at += ZONE_BYTES) {
    const next = at + ZONE_BYTES;
    zones.push({
      from: readU64(bytes, at) ?? size,
      to: (next < bytes.length ? readU64(bytes, next) : undefined) ?? size,
      earliestMs: view.getFloat64(at + 8),
      latestMs: view.getFloat64(at + 16),
      types: bytes.subarray(at + 24, next),
    });
  }
  return { types, zones };
}

function f64(n: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, n);
  return bytes;
}
