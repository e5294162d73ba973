import { rounded } from './batch.ts';
import type { PanelName } from './protocol.ts';
import type { StreamViewer } from './viewer.ts';

export type PanelOf = (name: PanelName) => unknown;

const LOOK_MS = 500;

/** What panels hold, looked at only while a viewer looks at them. */
export class PanelWatch {
  readonly #panelOf: PanelOf;
  readonly #held = new Map<PanelName, string>();
  /** What each viewer was told last. */
  #told = new WeakMap<StreamViewer, Map<PanelName, string>>();
  #lookedAtMs = Number.NEGATIVE_INFINITY;

  constructor(panelOf: PanelOf) {
    this.#panelOf = panelOf;
  }

  /** The next look is due at once. */
  hurry(viewer: StreamViewer): void {
    const told = this.#told.get(viewer);
    for (const name of told?.keys() ?? []) if (!viewer.watched.has(name)) told?.delete(name);
    for (const name of viewer.watched) {
      if (!this.#held.has(name)) this.#lookedAtMs = Number.NEGATIVE_INFINITY;
    }
  }

  look(viewers: Iterable<StreamViewer>, nowMs: number): void {
    const all = [...viewers];
    if (nowMs - this.#lookedAtMs >= LOOK_MS) this.#read(all, nowMs);
    for (const viewer of all) this.#tell(viewer, nowMs);
  }

  #read(viewers: readonly StreamViewer[], nowMs: number): void {
    this.#lookedAtMs = nowMs;
    this.#held.clear();
    for (const name of new Set(viewers.flatMap(({ watched }) => [...watched]))) {
      const text = this.#textOf(name);
      if (text !== undefined) this.#held.set(name, text);
    }
  }

  /** One that cannot be read is not shown. */
  #textOf(name: PanelName): string | undefined {
    try {
      return JSON.stringify(this.#panelOf(name));
    } catch {
      return undefined;
    }
  }

  #tell(viewer: StreamViewer, nowMs: number): void {
    const told = this.#told.get(viewer) ?? new Map<PanelName, string>();
    this.#told.set(viewer, told);
    for (const name of viewer.watched) {
      const text = this.#held.get(name);
      if (text === undefined || told.get(name) === text) continue;
      told.set(name, text);
      viewer.panel(name, `{"name":"${name}","atMs":${rounded(nowMs)},"data":${text}}`);
    }
  }
}
