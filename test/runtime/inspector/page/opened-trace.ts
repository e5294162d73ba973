import { readFileSync } from 'node:fs';
import { History, traceBounds } from '../../../../runtime/inspector/page/history.ts';
import { type TraceLine, TraceReader } from '../../../../runtime/inspector/page/trace-lines.ts';
import { TraceSteps } from '../../../../runtime/inspector/page/trace-steps.ts';

/** What a page knows once it has read these lines. */
export function opened(lines: readonly TraceLine[]): History {
  const steps = new TraceSteps();
  for (const line of lines) steps.look(line);
  const history = new History(traceBounds);
  history.take(steps.begin(lines[0]?.atMs ?? 0));
  for (const line of lines) history.take(steps.step(line));
  return history;
}

/** A shop that was simulated: its counter crashes, its prices are away for a while. */
export function shopLines(): readonly TraceLine[] {
  const lines: TraceLine[] = [];
  const reader = new TraceReader((line) => lines.push(line));
  reader.read(readFileSync(new URL('shop.trace.ndjson', import.meta.url)));
  reader.end();
  return lines;
}
