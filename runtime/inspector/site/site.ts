import type { Answer, Asked } from '../../../actors/http.ts';
import type { Log } from '../../../actors/world.ts';
import { INSPECTOR } from '../../endpoints/paths.ts';
import { describeError, HoldfastError } from '../../errors.ts';
import { maskSecrets } from '../../masking.ts';
import { empty, failed, filled, refused } from '../answers.ts';
import { OriginCheck } from './origin.ts';
import { PageFiles } from './page-files.ts';
import type { Sessions, Visitor } from './sessions.ts';

/** What a visitor may ask for, under one name. It may throw, and reject. */
export interface Page {
  readonly method: 'GET' | 'POST';
  answer(query: URLSearchParams, visitor: Visitor): Answer | Promise<Answer>;
}

interface Tools {
  readonly sessions: Sessions;
  readonly hosts: readonly string[];
  readonly pages: ReadonlyMap<string, Page>;
  readonly log: Pick<Log, 'error'>;
}

const TARGET_CHARACTERS_MAX = 8_192;

/** Lets in who may come in: all that is asked of an inspector comes by here. */
export class Site {
  readonly #tools: Tools;
  readonly #origins: OriginCheck;
  readonly #files = new PageFiles();

  constructor(tools: Tools) {
    this.#tools = tools;
    this.#origins = new OriginCheck(tools.hosts);
  }

  answer(asked: Asked): Answer | Promise<Answer> {
    if (!this.#origins.isOwnHost(asked)) {
      return refused('HOST_UNKNOWN', 'no host of that name is known here: see inspector.hosts');
    }
    if (!this.#origins.isOwnPage(asked)) {
      return refused('ORIGIN_FOREIGN', 'what another site asks for is not answered');
    }
    if (asked.target.length > TARGET_CHARACTERS_MAX) {
      return refused('TARGET_TOO_LONG', `at most ${TARGET_CHARACTERS_MAX} characters are read`);
    }
    const [path = '', query = ''] = splitOnce(asked.target, '?');
    // Relative, for whoever mounts it knows alone where that is.
    if (path === INSPECTOR) return empty(308, { Location: `inspector/${query && `?${query}`}` });
    const name = path.slice(INSPECTOR.length + 1);
    if (name === 'session') return this.#begin(asked);
    const page = this.#tools.pages.get(name);
    return page === undefined ? this.#file(name, asked) : this.#page(page, query, asked);
  }

  #begin(asked: Asked): Answer {
    if (asked.method !== 'POST') return wrongMethod('POST');
    if (!this.#origins.isOwnWish(asked)) return unasked();
    const cookie = this.#tools.sessions.begin(asked);
    return cookie === undefined ? unknown() : empty(204, { 'Set-Cookie': cookie });
  }

  #page(page: Page, query: string, asked: Asked): Answer | Promise<Answer> {
    if (asked.method !== page.method) return wrongMethod(page.method);
    if (page.method === 'POST' && !this.#origins.isOwnWish(asked)) return unasked();
    const visitor = this.#tools.sessions.visitor(asked);
    if (visitor === undefined) return unknown();
    try {
      const answer = page.answer(askedOnce(query), visitor);
      return answer instanceof Promise ? answer.catch((error) => this.#failed(error)) : answer;
    } catch (error) {
      return this.#failed(error);
    }
  }

  /** Errors of ours, and those of whoever asked, are in our words. */
  #failed(error: unknown): Answer {
    if (error instanceof HoldfastError) return failed(error.code, maskSecrets(error.message));
    if (error instanceof TypeError || error instanceof RangeError) {
      return refused('ASKED_WRONGLY', maskSecrets(error.message));
    }
    this.#tools.log.error({ error: describeError(error) }, 'the inspector could not answer');
    return refused('FAILED', 'it could not be answered: see the log');
  }

  async #file(name: string, { method }: Asked): Promise<Answer> {
    if (method !== 'GET' && method !== 'HEAD') return wrongMethod('GET, HEAD');
    try {
      const file = await this.#files.find(name);
      if (file === undefined) return refused('NOT_THERE', 'nothing of that name is here');
      return filled(file.contentType, file.bytes);
    } catch (error) {
      this.#tools.log.error({ error: describeError(error) }, 'the page was not built');
      return refused('NOT_BUILT', 'the page was not built: npm run prepare makes it');
    }
  }
}

const wrongMethod = (allowed: string): Answer =>
  refused('METHOD_WRONG', `it is asked for by ${allowed}`, { Allow: allowed });

const unasked = (): Answer =>
  refused('ORIGIN_FOREIGN', 'it is asked for by a page that says in Origin that it is from here');

const unknown = (): Answer =>
  refused('TOKEN_WRONG', 'the token is missing or wrong, or its session is over', {
    'WWW-Authenticate': 'Bearer',
  });

/** Of two answers to one question nobody knows which is meant. */
function askedOnce(query: string): URLSearchParams {
  const asked = new URLSearchParams(query);
  const names = new Set<string>();
  for (const name of asked.keys()) {
    if (names.has(name)) throw new RangeError(`${name} is asked for more than once`);
    names.add(name);
  }
  return asked;
}

function splitOnce(whole: string, mark: string): readonly [string, string] {
  const at = whole.indexOf(mark);
  return at === -1 ? [whole, ''] : [whole.slice(0, at), whole.slice(at + 1)];
}
