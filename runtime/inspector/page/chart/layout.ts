import { type ElkNode, fromElk, toElk } from './elk.ts';
import type { Graph } from './graph.ts';
import { layOutSimply } from './layered.ts';
import type { Placed } from './placed.ts';

const PATIENCE_MS = 5000;
const KEPT_MAX = 100;

/** The layout engine, in a thread of its own. */
export interface Engine {
  ask(asked: object): void;
  end(): void;
}

/** What it needs of a browser. */
export interface Workshop {
  /** Throws where it cannot be had. */
  engine(onAnswer: (answer: Answer) => void, onFailure: () => void): Engine;
  after(ms: number, run: () => void): void;
}

export interface Answer {
  readonly id: number;
  readonly data?: ElkNode;
  readonly error?: unknown;
}

/** Lays graphs out, each once; by the layout engine, or simply where it fails or is too slow. */
export class Layouts {
  readonly #workshop: Workshop;
  readonly #kept = new Map<string, Promise<Placed>>();
  readonly #waiting = new Map<number, (laidOut: ElkNode | undefined) => void>();
  #engine: Engine | undefined;
  #asked = 0;

  constructor(workshop: Workshop) {
    this.#workshop = workshop;
  }

  of(graph: Graph): Promise<Placed> {
    const kept = this.#kept.get(graph.key) ?? this.#layOut(graph);
    this.#kept.delete(graph.key);
    this.#kept.set(graph.key, kept);
    if (this.#kept.size > KEPT_MAX) {
      for (const oldest of this.#kept.keys()) {
        this.#kept.delete(oldest);
        break;
      }
    }
    return kept;
  }

  async #layOut(graph: Graph): Promise<Placed> {
    const laidOut = await this.#ask(toElk(graph));
    return laidOut === undefined ? layOutSimply(graph) : fromElk(laidOut);
  }

  #ask(graph: ElkNode): Promise<ElkNode | undefined> {
    return new Promise((resolve) => {
      const id = ++this.#asked;
      this.#waiting.set(id, resolve);
      this.#workshop.after(PATIENCE_MS, () => {
        if (this.#waiting.has(id)) this.#giveUp();
      });
      try {
        this.#engine ??= this.#begin();
        this.#engine.ask({ id, cmd: 'layout', graph, layoutOptions: {}, options: {} });
      } catch {
        this.#giveUp();
      }
    });
  }

  #begin(): Engine {
    const onAnswer = ({ id, data, error }: Answer): void => {
      this.#waiting.get(id)?.(error === undefined ? data : undefined);
      this.#waiting.delete(id);
    };
    const engine = this.#workshop.engine(onAnswer, () => this.#giveUp());
    engine.ask({ id: 0, cmd: 'register', algorithms: ['layered'] });
    return engine;
  }

  /** It may be busy for ever: another is begun when something else is to be laid out. */
  #giveUp(): void {
    this.#engine?.end();
    this.#engine = undefined;
    for (const resolve of this.#waiting.values()) resolve(undefined);
    this.#waiting.clear();
  }
}
