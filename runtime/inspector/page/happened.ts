import type { Happened } from './history.ts';

/** The newest lines of an actor up to a moment, newest first. */
export function newestOf(
  lines: readonly Happened[],
  path: string,
  untilMs: number,
  max: number,
): readonly Happened[] {
  const found: Happened[] = [];
  for (let index = lines.length - 1; index >= 0 && found.length < max; index--) {
    const happened = lines[index];
    if (happened === undefined || happened.line[1] > untilMs) continue;
    if (happened.path === path || happened.from === path) found.push(happened);
  }
  return found;
}

/** A line in few words, as they are told beside the actor at `path`. */
export function wordsOf({ line, path: to, from, chart }: Happened, path: string): string {
  switch (line[0]) {
    case 'event': {
      const times = line[5] > 1 ? ` ×${line[5]}` : '';
      if (to !== path) return `told ${to || 'the runtime'}: ${line[4]}${times}`;
      return `${line[4]}${times}${from === undefined ? '' : ` from ${from || 'the runtime'}`}`;
    }
    case 'move':
      return `→ ${line[3].map((index) => chart?.states[index] ?? '?').join(' · ')}`;
    case 'fact':
      return line[2].type;
    case 'log':
      return line[3];
    case 'note':
      return line[2];
    case 'fault':
      return `fault ${String(line[2].kind)}`;
    case 'violation':
      return `violated: ${line[2]}`;
  }
}
