import type { Asked } from '../../../actors/http.ts';

/** Names by which nobody but this machine is meant, whoever is asked for them. */
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i;
const HOST = /^([\w.-]{1,253}|\[[\da-f:.]{2,45}\])(?::\d{1,5})?$/i;

/** Whether the page of a browser that asks is our own, and asks us by a name of ours. */
export class OriginCheck {
  readonly #hosts: ReadonlySet<string>;

  /** `hosts` are further names, without ports. */
  constructor(hosts: readonly string[]) {
    this.#hosts = new Set(hosts.map((host) => host.toLowerCase()));
  }

  /** A browser that was led here by a name of somebody else says that name. */
  isOwnHost(asked: Asked): boolean {
    const [host = '', ...others] = asked.valuesOf('host');
    const name = HOST.exec(host)?.[1]?.toLowerCase() ?? '';
    return others.length === 0 && (LOOPBACK.test(name) || this.#hosts.has(name));
  }

  /** Whoever says where it is from says that it is from here. */
  isOwnPage(asked: Asked): boolean {
    const sites = asked.valuesOf('sec-fetch-site');
    const isOwnSite = sites.every((site) => site === 'same-origin' || site === 'none');
    return isOwnSite && asked.valuesOf('origin').every((origin) => isOriginOf(origin, asked));
  }

  /** What changes something is asked for by a page that says that it is from here. */
  isOwnWish(asked: Asked): boolean {
    return asked.valuesOf('origin').length === 1 && this.isOwnPage(asked);
  }
}

/** Encrypted or not: of that, whoever is behind a proxy knows nothing. */
function isOriginOf(origin: string, asked: Asked): boolean {
  const scheme = /^https?:/.exec(origin)?.[0];
  const [host = ''] = asked.valuesOf('host');
  const own = `${scheme}//${host}`;
  return scheme !== undefined && URL.canParse(own) && new URL(own).origin === origin;
}
