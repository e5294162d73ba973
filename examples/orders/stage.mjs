import { HoldfastError } from 'holdfast';
import { catchError, filter, firstValueFrom, map, of, take, timeout } from 'rxjs';
import { kindOf } from './callers.mjs';
import { duration, plain } from './sentence.mjs';

/** @typedef {import('./callers.mjs').Outcome} Outcome */
/** @typedef {import('holdfast').Fact} Fact */
/** @typedef {{ what: string, isSeen: boolean }} Expectation */

const EXPECT_MS = 6_000;

/** What an act plays on: the shop, its callers, and the expectations it is held to. */
export class Stage {
  shop;
  timeline;
  /** @type {import('rxjs').Subject<Outcome>} */
  outcomes$;
  /** @type {Expectation[]} */
  expectations = [];
  #events$;

  /**
   * @param {import('holdfast').Runtime} runtime
   * @param {import('./shop.mjs').Shop} shop
   * @param {import('rxjs').Subject<Outcome>} outcomes$
   * @param {import('./timeline.mjs').Timeline} timeline
   */
  constructor(runtime, shop, outcomes$, timeline) {
    this.#events$ = runtime.events$;
    this.shop = shop;
    this.outcomes$ = outcomes$;
    this.timeline = timeline;
  }

  /**
   * Waits until it is seen, from now on, and remembers whether it was.
   * @param {string} what
   * @param {import('rxjs').Observable<unknown>} source$
   */
  async expect(what, source$) {
    const expectation = { what, isSeen: false };
    this.expectations.push(expectation);
    const seen$ = source$.pipe(
      take(1),
      map(() => true),
      timeout({ first: EXPECT_MS }),
      catchError(() => of(false)),
    );
    expectation.isSeen = await firstValueFrom(seen$, { defaultValue: false });
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
   * @param {string} path
   * @param {(data: Fact['data']) => boolean} [isRight]
   */
  fact(type, path, isRight = () => true) {
    return this.#events$.pipe(
      filter((fact) => fact.type === type && fact.subject === path && isRight(fact.data)),
    );
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
   * @returns {Promise<string>} the code of the error, or `answered`
   */
  async ask(handle, event, options) {
    const startedAtMs = performance.now();
    /** @param {Outcome['kind']} kind @param {string} because @param {string} what */
    const tell = (kind, because, what) => {
      const durationMs = performance.now() - startedAtMs;
      this.timeline.say(
        'call',
        'caller',
        `of ${handle.id}, after ${duration(durationMs)}: ${what}`,
      );
      this.outcomes$.next({ kind, who: handle.id, durationMs, because });
      return because;
    };
    try {
      const { type, correlationId: _, ...answer } = await handle.ask(event, options);
      return tell('answered', 'answered', `${type} ${plain(answer)}`);
    } catch (error) {
      const code = error instanceof HoldfastError ? error.code : String(error);
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      const why = plain(cause instanceof Error ? cause.message : cause);
      return tell(kindOf(error), code, `${code}, ${why}`);
    }
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
