import type { Fact } from 'holdfast';
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../examples/orders/callers.mjs';
import { layOut, layOutHeading, wrap } from '../../examples/orders/layout.mjs';
import { named } from '../../examples/orders/peer-sentence.mjs';
import { sentenceOf } from '../../examples/orders/sentence.mjs';
import { summaryOf } from '../../examples/orders/tally.mjs';
import { lookOf, Timeline } from '../../examples/orders/timeline.mjs';
import { duration, plain } from '../../examples/orders/words.mjs';

const epochMs = Date.parse('2026-01-01T00:00:00.000Z');
const black = { width: 100, isColored: false };
const worker = 'shop/desk/worker-2';

function fact(type: string, subject: string, data: Fact['data'], more: Partial<Fact> = {}): Fact {
  const time = new Date(epochMs + 4_021).toISOString();
  return { specversion: '1.0', id: type, source: 'a', type, subject, time, data, ...more };
}

const failure = { incarnation: 3, error: { name: 'TypeError', message: 'no lines' } };
const decision = {
  decision: 'restart',
  because: 'a transient child that failed is restarted',
  strategy: 'restForOne',
  affected: ['worker-2', 'worker-3'],
  affectedCount: 2,
  delayMs: 180,
  restartsInWindow: 2,
  restartsMax: 5,
  windowMs: 60_000,
};

const timeout = {
  name: 'HoldfastError',
  message: '"psp" did not settle within 300 ms',
  code: 'CALL_TIMEOUT',
};
const opening = { openForMs: 740, openings: 1, calls: 5, failures: 5, slow: 0, error: timeout };

describe('a fact of a breaker in words', () => {
  it.each<[string, string, Fact['data'], string, string]>([
    [
      'that it opens comes with how long, and why',
      'breaker.opened',
      opening,
      'open',
      'breaker opens for 740 ms: 5 calls in a row failed ("psp" did not settle within 300 ms)',
    ],
    [
      'one that opens by shares says which',
      'breaker.opened',
      { ...opening, calls: 20, failures: 4, slow: 12 },
      'open',
      'breaker opens for 740 ms: of 20 calls, 4 failed and 12 were slow ' +
        '("psp" did not settle within 300 ms)',
    ],
    [
      'one that is tried in vain stays open, whether or not anybody knows why',
      'breaker.opened',
      { openForMs: 1_500, openings: 2, calls: 0, failures: 0, slow: 0 },
      'open',
      'breaker stays open for 1.5 s: the call that tried it failed too',
    ],
    [
      'that it is tried comes with what that spared',
      'breaker.probing',
      { refused: 23, late: 0 },
      'probe',
      'breaker is half-open: one call tries it, after 23 that were refused',
    ],
    [
      'one that closes tells of the time between',
      'breaker.closed',
      { refused: 23, late: 0 },
      'back',
      'breaker closes: 23 calls were refused meanwhile',
    ],
    [
      'one that closes tells of calls that outlasted it',
      'breaker.closed',
      { refused: 1, late: 2 },
      'back',
      'breaker closes: 1 call was refused meanwhile, and 2 ended too late to count',
    ],
    [
      'an isolation says who and why',
      'breaker.isolated',
      { by: 'the manager', reason: 'stocktaking\n', refused: 0, late: 0 },
      'open',
      'breaker is isolated by the manager: stocktaking',
    ],
    [
      'an isolation has an end',
      'breaker.released',
      { refused: 7, late: 0 },
      'back',
      'breaker is released: nobody isolates it any more',
    ],
  ])('%s', (_title, type, data, tone, text) => {
    expect(sentenceOf(fact(type, 'psp', data))).toEqual({ tone, subject: 'psp', text });
  });
});

const id = 'a'.repeat(52);

describe('a fact of a peer in words', () => {
  it.each<[string, string, Fact['data'], unknown]>([
    [
      'who comes in has proved who it is',
      'peer.opened',
      { role: 'responder', carrier: 'ws' },
      { tone: 'start', text: 'comes in, and has proved who it is' },
    ],
    [
      'so has who is reached through another one',
      'peer.opened',
      { role: 'initiator', carrier: 'relay' },
      { tone: 'start', text: 'is reached through another peer, and has proved who it is' },
    ],
    [
      'a connection ends for a reason',
      'peer.ended',
      { ending: 'rules.violated' },
      { tone: 'quiet', text: 'connection is over: it broke the rules, under its seal' },
    ],
    [
      'a reason without words of ours is told as it is',
      'peer.ended',
      { ending: 'idle' },
      { tone: 'quiet', text: 'connection is over: idle' },
    ],
    [
      'a ban says for how long, and for what rule',
      'peer.banned',
      { bannedUntilMs: epochMs + 4_021 + 3_600_000, rule: 'challenge' },
      { tone: 'open', text: 'is banned for 60 min: challenge' },
    ],
  ])('%s', (_title, type, data, sentence) => {
    expect(sentenceOf(fact(type, 'till', data))).toEqual({ ...Object(sentence), subject: 'till' });
  });

  it('says how far one gets', () => {
    const moved = { from: 'isolated', to: 'mesh', because: 'link.opened' };
    expect(sentenceOf(fact('route.moved', 'route', moved))).toEqual({
      tone: 'move',
      subject: 'routes',
      text: 'isolated → mesh: peers are reached, and others through them',
    });
  });

  it('is of somebody with a name, if we know one', () => {
    const subjects = [id, `peer 127.0.0.1:80 ${id}`, `peer 127.0.0.1:80 ${'b'.repeat(52)}`, worker];
    const names = new Map([[id, 'till']]);
    expect(subjects.map((subject) => named(fact('a', subject, {}), names).subject)).toEqual([
      'till',
      'till',
      'peer bbbbbbbb',
      worker,
    ]);
  });
});

describe('a fact in words', () => {
  it.each<[string, Fact, unknown]>([
    [
      'a failure names what was thrown',
      fact('actor.failed', worker, failure),
      { tone: 'fail', subject: 'worker-2', text: 'fails: TypeError: no lines' },
    ],
    [
      'a failure of ours needs no name',
      fact('actor.failed', worker, { error: { name: 'HoldfastError', message: 'too often' } }),
      { tone: 'fail', subject: 'worker-2', text: 'fails: too often' },
    ],
    [
      'a restart is told of its supervisor, with the strategy and what is left of the budget',
      fact('supervisor.decided', worker, decision),
      {
        tone: 'decide',
        subject: 'desk',
        text: 'restarts worker-2, worker-3 in 180 ms (restForOne): restart 2 of 5 in 60 s',
      },
    ],
    [
      'a restart of many names some',
      fact('supervisor.decided', 'shop', { ...decision, affectedCount: 9, delayMs: 0 }),
      {
        tone: 'decide',
        subject: 'runtime',
        text:
          'restarts worker-2, worker-3 and 7 more at once (restForOne): ' +
          'restart 2 of 5 in 60 s',
      },
    ],
    [
      'a wished restart has a reason instead of a budget',
      fact('supervisor.decided', worker, {
        decision: 'restart',
        because: 'new prices',
        affected: ['worker-2'],
        affectedCount: 1,
        delayMs: 0,
      }),
      { tone: 'decide', subject: 'desk', text: 'restarts worker-2 at once: new prices' },
    ],
    [
      'an escalation says why',
      fact('supervisor.decided', worker, { ...decision, decision: 'escalate', because: 'spent' }),
      { tone: 'decide', subject: 'desk', text: 'gives up on worker-2: spent' },
    ],
    [
      'a removal says why',
      fact('supervisor.decided', worker, { ...decision, decision: 'remove', because: 'done' }),
      { tone: 'decide', subject: 'desk', text: 'lets worker-2 go: done' },
    ],
    [
      'a poison event is named',
      fact('actor.quarantined', worker, { event: 'order.ship', attempts: 2 }),
      {
        tone: 'decide',
        subject: 'worker-2',
        text: '"order.ship" is set aside: it brought worker-2 down 2 times',
      },
    ],
    [
      'dead letters are counted',
      fact('mailbox.dropped', '', { reason: 'full', count: 3, subjects: [worker, 'shop/a'] }),
      { tone: 'quiet', subject: 'dead letters', text: '3 full for worker-2, a' },
    ],
    [
      'an actor that was stopped is one of a group',
      fact('actor.stopped', worker, { because: 'stopped' }),
      { tone: 'quiet', subject: 'worker-2', text: 'stopped', fold: 'stopped' },
    ],
    [
      'an actor that failed for good has been told of before',
      fact('actor.stopped', worker, { because: 'failed' }),
      undefined,
    ],
    ['what nobody has words for is left out', fact('clock.jumped', worker, {}), undefined],
  ])('%s', (_title, given, sentence) => {
    expect(sentenceOf(given)).toEqual(sentence);
  });

  it('never moves the cursor, whatever was thrown', () => {
    expect(plain('a\u001b[2J\r\n\tb\u0000c')).toBe('a [2J b c');
    expect(plain({ deep: { er: 1 } })).toBe('{ deep: { er: 1 } }');
    expect(plain('x'.repeat(5_000))).toBe('x'.repeat(300));
  });

  it('has durations that a person reads', () => {
    expect([0, 0.4, 12.6, 999, 1_000, 1_540, 60_000].map(duration)).toEqual([
      '0 ms',
      '<1 ms',
      '13 ms',
      '999 ms',
      '1 s',
      '1.5 s',
      '60 s',
    ]);
  });
});

describe('a line', () => {
  const line = { atMs: 4_021, depth: 0, tone: 'fail', subject: 'worker-2', text: 'a b' } as const;

  it('is aligned: time, glyph, subject, sentence', () => {
    expect(layOut(line, black)).toBe('   4.021  ✖ worker-2       a b');
  });

  it('stands under its cause, with its sentence in the same column', () => {
    expect(layOut({ ...line, depth: 2 }, black)).toBe('   4.021      ✖ worker-2   a b');
    expect(layOut({ ...line, depth: 9 }, black)).toBe(layOut({ ...line, depth: 3 }, black));
  });

  it('wraps under its sentence and keeps to its width', () => {
    const text = Array.from({ length: 30 }, () => 'words').join(' ');
    const lines = layOut({ ...line, text }, black).split('\n');
    expect(lines.map((row) => row.length)).toEqual([98, 98, 62]);
    expect(lines.slice(1).map((row) => row.slice(0, 29))).toEqual([
      `${' '.repeat(27)}wo`,
      `${' '.repeat(27)}wo`,
    ]);
  });

  it('has a word that is too long to itself', () => {
    expect(wrap('a bbbbbbbb c', 4)).toEqual(['a', 'bbbbbbbb', 'c']);
  });

  it('is coloured by its meaning where colour is wanted', () => {
    expect(layOut(line, { width: 100, isColored: true })).toBe(
      '\u001b[90m   4.021\u001b[39m  \u001b[31m✖ worker-2      \u001b[39m a b',
    );
  });

  it('may head an act, as wide as the page', () => {
    expect(layOutHeading('act', { width: 12, isColored: false })).toBe('\n── act ─────');
  });

  it('has colour on a terminal only, and only if nobody declined it', () => {
    expect(lookOf({}, {})).toEqual({ width: 100, isColored: false });
    expect(lookOf({ isTTY: true, columns: 80 }, {})).toEqual({ width: 80, isColored: true });
    expect(lookOf({ isTTY: true, columns: 300 }, { NO_COLOR: '1' })).toEqual(black);
    expect(lookOf({ isTTY: true, columns: 20 }, { NO_COLOR: '' }).width).toBe(60);
  });
});

describe('the timeline', () => {
  it('tells what followed from what, and makes one line of those who came back together', () => {
    let text = '';
    const timeline = new Timeline((more) => (text += more), black, epochMs);
    timeline.fact(fact('actor.failed', worker, failure));
    timeline.fact(fact('supervisor.decided', worker, decision, { causationid: 'actor.failed' }));
    const cause = { causationid: 'supervisor.decided' };
    timeline.fact(fact('actor.restarted', worker, {}, { ...cause, id: '1' }));
    timeline.fact(fact('actor.restarted', 'shop/desk/worker-3', {}, { ...cause, id: '2' }));
    timeline.fact(fact('actor.stopped', worker, { because: 'stopped' }));
    timeline.heading('next');
    expect(text.split('\n')).toEqual([
      '   4.021  ✖ worker-2       fails: TypeError: no lines',
      '   4.021    ↻ desk         restarts worker-2, worker-3 in 180 ms (restForOne): ' +
        'restart 2 of 5 in 60',
      '                           s',
      '   4.021      ● 2 actors   back again: worker-2, worker-3',
      '   4.021  · worker-2       stopped',
      '',
      `── next ${'─'.repeat(92)}`,
      '',
    ]);
  });
});

describe('what callers saw', () => {
  const call = (kind: Outcome['kind'], durationMs: number, because = ''): Outcome => ({
    kind,
    who: 'worker-1',
    durationMs,
    because,
  });

  it('is one line a second: how many, how fast, and why not', () => {
    const outcomes = [
      ...[5, 3, 90].map((durationMs) => call('answered', durationMs)),
      call('retried', 60),
      call('cached', 310, 'CALL_TIMEOUT'),
      call('cached', 2, 'the upstream is not up'),
      call('spared', 0.2, 'BREAKER_OPEN'),
      call('refused', 1, 'busy'),
      call('refused', 1, 'MAILBOX_FULL'),
      call('refused', 1, 'busy'),
    ];
    expect(summaryOf(outcomes)).toBe(
      '3 answered in 5 ms (max 90 ms) · 1 answered when asked again, in 60 ms (max 60 ms) · ' +
        '2 from the cache in 310 ms (max 310 ms: CALL_TIMEOUT, the upstream is not up) · ' +
        '1 from the cache, no call made, in <1 ms (max <1 ms: BREAKER_OPEN) · ' +
        '3 refused (busy, MAILBOX_FULL)',
    );
  });

  it('is nothing if nobody called', () => expect(summaryOf([])).toBeUndefined());
});
