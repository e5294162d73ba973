import { bands, signs, weights } from '../../machines/suspicion.ts';
import { table } from './section.ts';

const HOUR_MS = 3_600_000;

/** What each sign of a honeypot or a sensor weighs. */
export const signTable = (): string =>
  [
    table(
      ['sign', 'points', 'at most', 'half forgotten after', 'what was seen'],
      signs.map((sign) => {
        const { points, max, halfLifeMs, means } = weights[sign];
        return [`\`${sign}\``, `${points}`, `${max}`, `${halfLifeMs / HOUR_MS} h`, means];
      }),
    ),
    '',
    `From ${bands.watched} points on somebody is watched, from ${bands.suspect} on suspect.`,
  ].join('\n');
