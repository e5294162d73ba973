import { catchError, EMPTY, filter, firstValueFrom, map, merge, take, timeout } from 'rxjs';
import { kindOf } from './callers.mjs';
import { Causes } from './causes.mjs';
import { becauseOf } from './fetch-json.mjs';
import { lookAt, sightLines } from './operator.mjs';
import { duration, plain } from './words.mjs';

/** @typedef {import('./callers.mjs').Outcome} Outcome */
/** @typedef {import('holdfast').Fact} Fact */
/** @typedef {{ what: string, isSeen: boolean }} Expectation */
/**
 * @typedef {object} Site
 * @property {import('./shop.mjs').Shop} shop
 * @property {import('./street.mjs').Street} street
 * @property {import('./programs.mjs').Programs} programs
 */

/** Long: what is late on a busy machine is not missing. */
const EXPECT_MS = 30_000;

/** What an act plays on: the shop, what is around it, its callers; and what it is held to. */
export class Stage {
  shop;
  street;
  programs;
  peers;
  sandboxes;
  timeline;
  /** @type {import('rxjs').Subject<Outcome>} */
  outcomes$;
  /** @type {Expectation[]} */
  expectations = [];
  causes = new Causes();
  /** Where an operator looks at the shop. */
  diagnosticsUrl;
  #events$;

  /**
   * @param {import('holdfast').Runtime} runtime
   * @param {Site} site
   * @param {import('rxjs').Subject<Outcome>} outcomes$
   * @param {import('./timeline.mjs').Timeline} timeline
   */
  constructor(runtime, { shop, street, programs }, outcomes$, timeline) {
    this.#events$ = merge(runtime.events$, street.told$);
    this.#events$.subscribe((fact) => this.causes.note(fact));
    this.diagnosticsUrl = runtime.diagnosticsUrl ?? '';
    this.peers = runtime.peers;
    this.sandboxes = runtime.sandboxes;
    this.shop = shop;
    this.street = street;
    this.programs = programs;
    this.outcomes$ = outcomes$;
    this.timeline = timeline;
  }

  /**
   * Waits until it is seen, from now on, and remembers whether it was.
   * @template Seen
   * @param {string} what
   * @param {import('rxjs').Observable<Seen>} source$
   * @param {number} [withinMs]
   * @returns {Promise<Seen | undefined>} the first that was seen
   */
  async expect(what, source$, withinMs = EXPECT_MS) {
    const expectation = { what, isSeen: false };
    this.expectations.push(expectation);
    const seen$ = source$.pipe(
      take(1),
      map((seen) => ({ seen })),
      timeout({ first: withinMs }),
      catchError(() => EMPTY),
    );
    const found = await firstValueFrom(seen$, { defaultValue: undefined });
    expectation.isSeen = found !== undefined;
    return found?.seen;
  }

  /**
   * Watches that nothing comes of it, from now on.
   * @param {string} what
   * @param {import('rxjs').Observable<unknown>} source$
   * @returns {() => void} ends it, and remembers whether nothing came
   */
  expectNone(what, source$) {
    let seen = 0;
    const subscription = source$.subscribe(() => {
      seen += 1;
    });
    return () => {
      subscription.unsubscribe();
      this.check(what, seen === 0);
    };
  }

  /**
   * @param {string} what
   * @param {boolean} isSeen
   */
  check(what, isSeen) {
    this.expectations.push({ what, isSeen });
  }

  /**
   * @param {string} type
   * @param {string} subject path of an actor, name of a breaker, or id of a peer
   * @param {(data: Fact['data']) => boolean} [isRight]
   */
  fact(type, subject, isRight = () => true) {
    return this.facts(type).pipe(filter((fact) => fact.subject === subject && isRight(fact.data)));
  }

  /** @param {string} type */
  facts(type) {
    return this.#events$.pipe(filter((fact) => fact.type === type));
  }

  /**
   * @param {Outcome['kind']} kind
   * @param {(outcome: Outcome) => boolean} [isRight]
   */
  calls(kind, isRight = () => true) {
    return this.outcomes$.pipe(filter((outcome) => outcome.kind === kind && isRight(outcome)));
  }

  /**
   * Asks, and tells what the caller saw.
   * @template {import('xstate').AnyActorLogic} Logic
   * @template {import('xstate').EmittedFrom<Logic>['type']} Type
   * @param {import('holdfast').Handle<Logic>} handle
   * @param {import('xstate').EventFromLogic<Logic>} event
   * @param {import('holdfast').AskOptions<Type>} options
   */
  ask(handle, event, options) {
    return this.hear(handle, handle.ask(event, options));
  }

  /**
   * Tells what the caller of an actor saw.
   * @param {{ id: string }} actor
   * @param {Promise<{ type: string, correlationId?: unknown }>} reply
   * @returns {Promise<string>} the code of the error, or `answered`
   */
  async hear({ id }, reply) {
    const startedAtMs = performance.now();
    /** @param {Outcome['kind']} kind @param {string} because @param {string} what */
    const tell = (kind, because, what) => {
      const durationMs = performance.now() - startedAtMs;
      this.timeline.say('call', 'caller', `of ${id}, after ${duration(durationMs)}: ${what}`);
      this.outcomes$.next({ kind, who: id, durationMs, because });
    };
    try {
      const { type, correlationId: _, ...answer } = await reply;
      tell('answered', '', `${type} ${plain(answer)}`);
      return 'answered';
    } catch (error) {
      const code = becauseOf(error);
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      const why = plain(cause instanceof Error ? cause.message : cause);
      tell(kindOf(error), code, `${code}, ${why}`);
      return code;
    }
  }

  /**
   * Shows what the caller has seen beside what an operator sees now of a mode, and what led to it.
   * @param {string} url where the operator looks
   * @param {string} mode
   * @param {readonly string[]} calls what the caller saw
   * @param {Fact} [fact] that the mode has moved
   */
  async beside(url, mode, calls, fact) {
    const sight = await lookAt(url);
    const led = this.causes.of(fact).map(({ type }) => type);
    const why = led.length === 0 ? [] : [led.join(' ← ')];
    const seen = [...sightLines(sight, mode), ...why];
    const whose = `what the operator of ${sight.name} sees`;
    this.timeline.beside(['what the caller sees', ...calls], [whose, ...seen]);
    return sight;
  }

  /**
   * Says what is done to an actor.
   * @param {{ id: string }} actor
   * @param {string} text
   */
  say({ id }, text) {
    this.timeline.say('act', id, text);
  }
}
