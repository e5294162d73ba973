import type { Panel, PanelName } from '../protocol.ts';

const TOLD_MAX = 2000;

/** What each panel held, and when. */
export class PanelHistory {
  readonly #told = new Map<PanelName, Panel[]>();

  take(panel: Panel): void {
    const told = this.#told.get(panel.name) ?? [];
    const last = told.at(-1);
    // Another runtime than before: its time begins anew.
    if (last !== undefined && last.atMs > panel.atMs) told.length = 0;
    told.push(panel);
    if (told.length > TOLD_MAX) told.splice(0, TOLD_MAX / 10);
    this.#told.set(panel.name, told);
  }

  /** What it held at a moment; `null` is now. */
  at(name: PanelName, atMs: number | null): unknown {
    const told = this.#told.get(name);
    if (atMs === null) return told?.at(-1)?.data;
    return told?.findLast((panel) => panel.atMs <= atMs)?.data;
  }
}
