import type { InspectionEvent } from 'xstate';
import { moveOf } from '../kernel/xstate.ts';

const MOVES_MAX = 8;

/** The last moves of machines, to say what kept time from going on. */
export class LastMoves {
  readonly #moves: { readonly event: InspectionEvent; readonly atMs: number }[] = [];

  inspect(event: InspectionEvent, atMs: number): void {
    if (event.type !== '@xstate.microstep') return;
    this.#moves.push({ event, atMs });
    if (this.#moves.length > MOVES_MAX) this.#moves.shift();
  }

  /** Of those the ones of that time, each once: `orders paying timeout -> cart`. */
  at(ms: number): string[] {
    const then = this.#moves.filter(({ atMs }) => atMs === ms);
    const texts = then.flatMap(({ event }) => {
      const { actor, edges } = moveOf(event) ?? { actor: '', edges: [] };
      return edges.map((edge) => `${actor} ${edge}`);
    });
    return [...new Set(texts)];
  }
}
