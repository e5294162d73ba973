import { Overdue } from '../actors/deadline.ts';
import type { Answer, Asked, Http, HttpListening } from '../actors/http.ts';
import { canonicalAddress } from '../actors/peer/address.ts';
import { RefusalCounts } from '../actors/peer/door/refusal-counts.ts';
import type { Kernel, Log } from '../actors/world.ts';
import type { RandomBytes } from '../storage/ports.ts';
import { Access, isFromHere } from './endpoints/access.ts';
import type { Diagnosed } from './endpoints/diagnosed.ts';
import { diagnosticsOf } from './endpoints/diagnostics.ts';
import { HEALTH_JSON, healthJson } from './endpoints/health-json.ts';
import { metricsOf } from './endpoints/metrics.ts';
import { contentTypes, exposed, expositionFor, type Metric } from './endpoints/open-metrics.ts';
import { isOfInspector, isPage, type Path } from './endpoints/paths.ts';
import { describeError } from './errors.ts';
import type { Inspecting } from './inspected.ts';
import { listenFailed } from './listen-failed.ts';
import type { DiagnosticsOptions } from './options/diagnostics.ts';

interface Page {
  /** A probe: for everybody, and without a body. */
  readonly isProbe: boolean;
  answer(asked: Asked): Answer;
}

interface Tools {
  readonly kernel: Pick<Kernel, 'clock' | 'tell'>;
  readonly log: Pick<Log, 'error'>;
  readonly http: Http;
  readonly random: RandomBytes;
  readonly diagnosed: Diagnosed;
  readonly inspecting: Inspecting | undefined;
}

const ACCEPT_CHARACTERS_MAX = 1_000;
/** Who it is, or from where, is not as it must be. */
const REFUSALS: readonly number[] = [401, 403, 421];

/** The pages on which a runtime says how it is. Every refusal of a kind reads the same. */
export class Endpoints {
  readonly #http: Http;
  readonly #log: Tools['log'];
  readonly #access: Access;
  readonly #options: DiagnosticsOptions;
  readonly #refused: RefusalCounts;
  #refusals = 0;
  readonly #diagnosed: Diagnosed;
  readonly #inspecting: Inspecting | undefined;
  readonly #pages: Readonly<Record<Path, Page>>;
  #listening: HttpListening | undefined;
  #isSettled = false;

  constructor(tools: Tools, options: DiagnosticsOptions) {
    const { kernel, log, http, random, diagnosed } = tools;
    this.#http = http;
    this.#log = log;
    this.#options = options;
    this.#access = new Access(random(32), options.token);
    this.#refused = new RefusalCounts(kernel, 'runtime.refused');
    this.#diagnosed = diagnosed;
    this.#inspecting = tools.inspecting;
    this.#pages = pagesOf(diagnosed, () => this.metrics());
  }

  /** Where it listens; undefined if it does not. */
  get url(): string | undefined {
    return this.#listening?.url;
  }

  /** Where the inspector is opened, if there is one and it is listened at. */
  get inspectorUrls(): ReturnType<Inspecting['urls']> | undefined {
    return this.url === undefined ? undefined : this.#inspecting?.urls(this.url);
  }

  metrics(): readonly Metric[] {
    return metricsOf(this.#diagnosed, this.#refusals);
  }

  /** If there is a port to listen at. @throws {HoldfastError} LISTEN_FAILED. */
  async listen(): Promise<void> {
    const { port, host } = this.#options;
    if (port === undefined) return;
    const listeningAt = canonicalAddress(host) ?? host;
    const listening = this.#http.listen({ host, port }, (asked, remoteAddress) =>
      this.#ask(asked, remoteAddress, isFromHere(asked, listeningAt, remoteAddress)),
    );
    this.#listening = await listening.catch((error: unknown) => {
      const isLate = error instanceof Overdue;
      throw isLate ? listenFailed({ host, port }, error.code, { cause: error }) : error;
    });
  }

  /** Tells who was refused, while it can still be recorded. Others are only counted. */
  settle(): void {
    this.#isSettled = true;
    this.#refused.tell();
  }

  close(): void {
    this.#listening?.close();
  }

  /** For whoever serves these pages elsewhere: where it comes from gives nobody leave. */
  async fetch(request: Request, remoteAddress: string | undefined): Promise<Response> {
    const { pathname, search, host } = new URL(request.url);
    const valuesOf = (name: string): readonly string[] => {
      const value = request.headers.get(name) ?? (name === 'host' ? host : null);
      return value === null ? [] : [value];
    };
    const asked = { method: request.method, target: `${pathname}${search}`, valuesOf };
    const address = canonicalAddress(remoteAddress ?? '');
    const { status, headers, body } = await this.#ask(asked, address, false);
    const isEmpty = body === '' || request.method === 'HEAD';
    return new Response(isEmpty ? null : body, { status, headers });
  }

  #ask(
    asked: Asked,
    remoteAddress: string | undefined,
    isFromHere: boolean,
  ): Answer | Promise<Answer> {
    const [path = ''] = asked.target.split('?', 1);
    if (this.#inspecting === undefined || !isOfInspector(path)) {
      return this.#answer(asked, remoteAddress, isFromHere);
    }
    const answer = this.#inspecting.answer(asked);
    if (!(answer instanceof Promise)) this.#heed(answer, remoteAddress);
    return answer;
  }

  /** None of those that come later refuses whoever asks. */
  #heed({ status }: Answer, remoteAddress: string | undefined): void {
    if (REFUSALS.includes(status)) this.#count(remoteAddress);
  }

  #answer(asked: Asked, remoteAddress: string | undefined, isFromHere: boolean): Answer {
    const [path = ''] = asked.target.split('?', 1);
    if (!isPage(path)) return empty(404);
    const page = this.#pages[path];
    if (asked.method !== 'GET' && asked.method !== 'HEAD')
      return empty(405, { Allow: 'GET, HEAD' });
    if (!page.isProbe && !isFromHere && !this.#access.isBearer(asked)) {
      this.#count(remoteAddress);
      return empty(401, { 'WWW-Authenticate': 'Bearer' });
    }
    try {
      return page.answer(asked);
    } catch (error) {
      this.#log.error({ path, error: describeError(error) }, 'a page could not be made');
      return empty(500);
    }
  }

  #count(remoteAddress: string | undefined): void {
    this.#refusals += 1;
    if (remoteAddress === undefined || this.#isSettled) return;
    this.#refused.count(remoteAddress, 'unauthorised');
  }
}

function pagesOf(
  diagnosed: Diagnosed,
  metrics: () => readonly Metric[],
): Readonly<Record<Path, Page>> {
  const { name, health } = diagnosed;
  const probe = (isUp: () => boolean): Page => ({
    isProbe: true,
    answer: () => empty(isUp() ? 200 : 503),
  });
  const page = (answer: Page['answer']): Page => ({ isProbe: false, answer });
  return {
    '/livez': probe(() => !diagnosed.hasFailed()),
    '/readyz': probe(() => health().isReady),
    '/startupz': probe(() => health().isStarted),
    '/healthz': page(() => {
      const report = health();
      const status = report.status === 'fail' ? 503 : 200;
      return filled(status, HEALTH_JSON, healthJson(name, report));
    }),
    '/metrics': page((asked) => {
      const accept = asked.valuesOf('accept').join(',').slice(0, ACCEPT_CHARACTERS_MAX);
      const as = expositionFor(accept);
      return filled(200, contentTypes[as], exposed(metrics(), as));
    }),
    '/diagnostics': page(() =>
      filled(200, 'application/json', JSON.stringify(diagnosticsOf(diagnosed))),
    ),
  };
}

/** What it says holds for this moment alone. */
const NO_STORE = { 'Cache-Control': 'no-store' };

const empty = (status: number, headers: Answer['headers'] = {}): Answer => ({
  status,
  headers: { ...NO_STORE, ...headers },
  body: '',
});

const filled = (status: number, contentType: string, body: string): Answer => ({
  status,
  headers: { ...NO_STORE, 'Content-Type': contentType, 'X-Content-Type-Options': 'nosniff' },
  body,
});
