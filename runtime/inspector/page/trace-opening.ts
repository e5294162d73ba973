import { History, traceBounds } from './history.ts';
import { type TraceLine, TraceReader, type TraceReading } from './trace-lines.ts';
import { TraceSteps } from './trace-steps.ts';

export interface OpenedTrace {
  readonly history: History;
  readonly reading: TraceReading;
  /** Older lines that there was no room for. */
  readonly dropped: number;
  /** Why the end of the file was not read. */
  readonly cut?: string;
}

export interface Bounds {
  readonly bytesMax: number;
  readonly linesMax: number;
  readonly charsMax: number;
}

const bounds: Bounds = { bytesMax: 256 << 20, linesMax: 300_000, charsMax: 96 << 20 };

/** As many lines are read, or built, before the page may draw again. */
const SLICE_LINES = 1000;
const PIECE_BYTES = 1 << 18;

/** What a page has for it. */
export interface TraceSource {
  readonly pieces: AsyncIterable<Uint8Array>;
  /** Resolves once the page may go on. */
  pause(): Promise<void>;
  /** How many bytes were read, or how much of all was built, from 0 to 1. */
  progress(told: { readonly bytes: number; readonly built: number }): void;
}

/** The lines that there is room for: the newest, and all that charts and actors begin with. */
class Kept {
  lines: { readonly line: TraceLine; readonly chars: number }[] = [];
  readonly begin: TraceLine[] = [];
  dropped = 0;
  #chars = 0;
  readonly #bounds: Bounds;

  constructor(kept: Bounds) {
    this.#bounds = kept;
  }

  add(line: TraceLine, chars: number): void {
    this.lines.push({ line, chars });
    this.#chars += chars;
    const { linesMax, charsMax } = this.#bounds;
    if (this.lines.length <= linesMax && this.#chars <= charsMax) return;
    const out = this.lines.splice(0, Math.ceil(this.lines.length / 4));
    for (const old of out) {
      this.#chars -= old.chars;
      const isBegin = old.line.kind === 'chart' || old.line.kind === 'actor';
      if (isBegin && this.begin.length < linesMax) this.begin.push(old.line);
      else this.dropped += 1;
    }
  }
}

/** Reads a trace and builds its history, slice by slice, so that the page stays alive meanwhile. */
export async function openedTrace(
  { pieces, pause, progress }: TraceSource,
  limits: Bounds = bounds,
): Promise<OpenedTrace> {
  const steps = new TraceSteps();
  const kept = new Kept(limits);
  const reader = new TraceReader((line, chars) => {
    steps.look(line);
    kept.add(line, chars);
  });
  let bytes = 0;
  let cut: string | undefined;
  try {
    reading: for await (const piece of pieces) {
      for (let at = 0; at < piece.length; at += PIECE_BYTES) {
        const part = piece.subarray(at, at + PIECE_BYTES);
        bytes += part.length;
        if (bytes > limits.bytesMax) {
          cut = `It is larger than ${Math.round(limits.bytesMax / (1 << 20))} MiB`;
          break reading;
        }
        if (!reader.read(part)) break reading;
        progress({ bytes, built: 0 });
        await pause();
      }
    }
  } catch (error) {
    cut = error instanceof Error ? error.message : 'It cannot be read';
  }
  const read = cut === undefined ? reader.end() : reader.reading;
  const history = new History(traceBounds);
  if (read.refused === undefined) {
    const lines = [...kept.begin, ...kept.lines.map(({ line }) => line)];
    history.take(steps.begin(kept.lines[0]?.line.atMs ?? 0));
    for (let at = 0; at < lines.length; at++) {
      const line = lines[at];
      if (line !== undefined) history.take(steps.step(line));
      if (at % SLICE_LINES !== 0) continue;
      progress({ bytes, built: at / lines.length });
      await pause();
    }
  }
  const { dropped } = kept;
  return { history, reading: read, dropped, ...(cut === undefined ? {} : { cut }) };
}

/** What is to be said of how a trace was read, a sentence each; none if there is nothing to say. */
export function remarksOn({ reading, dropped, cut }: OpenedTrace): readonly string[] {
  const { lines, skipped, troubles, troubled, refused } = reading;
  if (refused !== undefined) return [refused];
  const remarks: string[] = [];
  if (cut !== undefined) remarks.push(`${cut}: what follows line ${lines} is not shown.`);
  if (dropped > 0) {
    remarks.push(`It has ${lines} lines: the ${dropped} oldest are left out, for want of room.`);
  }
  for (const { line, text } of troubles) remarks.push(`Line ${line} ${text}.`);
  const more = troubled - troubles.length;
  if (more > 0) remarks.push(`${more} more lines are left out for reasons of this kind.`);
  if (skipped.size > 0) {
    const kinds = [...skipped].map(([kind, times]) => `${kind} (${times})`).join(', ');
    remarks.push(`Lines of kinds that this page does not know are left out: ${kinds}.`);
  }
  return remarks;
}
