import type { Http, HttpListening } from '../../actors/http.ts';
import type { Log } from '../../actors/world.ts';
import type { Clock, RandomBytes } from '../../storage/ports.ts';
import { INSPECTOR } from '../endpoints/paths.ts';
import { filled, refused } from './answers.ts';
import { Sessions } from './site/sessions.ts';
import { type Page, Site } from './site/site.ts';

interface Tools {
  readonly http: Http;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Pick<Log, 'error'>;
}

/** A trace as it lies somewhere: piece by piece, for it may be large. */
export interface ServedTrace {
  readonly sizeBytes: number;
  readAt(offset: number, length: number): Promise<Uint8Array>;
}

const PIECE_BYTES = 1024 * 1024;
const TOKEN_BYTES = 32;

/**
 * Serves the page of the inspector on loopback, with a trace or with nothing; its `url` has the
 * token. @throws {HoldfastError} LISTEN_FAILED.
 */
export async function serveTrace(
  { http, clock, random, log }: Tools,
  port: number,
  trace: ServedTrace | undefined,
): Promise<HttpListening> {
  const view = Buffer.from(random(TOKEN_BYTES)).toString('base64url');
  const sessions = new Sessions(random, clock, { view, control: undefined });
  const nothing = () => refused('NOT_THERE', 'no runtime is behind this page: drop a trace on it');
  const pages = new Map<string, Page>([['stream', { method: 'GET', answer: nothing }]]);
  if (trace !== undefined) pages.set('trace', { method: 'GET', answer: () => told(trace) });
  const site = new Site({ sessions, hosts: [], pages, log });
  const listening = await http.listen({ host: '127.0.0.1', port }, (asked) => site.answer(asked));
  const query = trace === undefined ? '' : '?trace';
  return {
    url: `${listening.url}${INSPECTOR}/${query}#token=${view}`,
    close: () => listening.close(),
  };
}

const told = (trace: ServedTrace) =>
  filled('application/x-ndjson', piecesOf(trace), { 'Content-Length': `${trace.sizeBytes}` });

function piecesOf({ sizeBytes, readAt }: ServedTrace): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        const piece = at < sizeBytes ? await readAt(at, Math.min(PIECE_BYTES, sizeBytes - at)) : [];
        at += piece.length;
        if (piece.length > 0) controller.enqueue(Uint8Array.from(piece));
        if (at >= sizeBytes || piece.length === 0) controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}
