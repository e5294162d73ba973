import type { Trace, TraceLine } from './trace.ts';

const LINES_MAX = 8;

/** The last moves of machines at `atMs`, each once, to say what kept time from going on. */
export function lastMoves({ texts }: Pick<Trace, 'texts'>, atMs: number): string[] {
  const last = texts.slice(-LINES_MAX).map((text): TraceLine => JSON.parse(text));
  const then = last.filter((line) => line.atMs === atMs);
  const moves = then.flatMap((line) =>
    line.kind === 'move' ? line.transitions.map((taken) => `${line.subject} ${taken}`) : [],
  );
  return [...new Set(moves)];
}
