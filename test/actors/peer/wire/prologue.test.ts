import { describe, expect, it } from 'vitest';
import { prologueOf } from '../../../../actors/peer/wire/prologue.ts';
import { hex, text } from '../../../../storage/bytes.ts';

describe('a prologue', () => {
  it('binds version, carrier, network, all that was offered, and what was chosen', () => {
    const terms = { carrier: 'relay', network: 'né', offered: [2, 1], chosen: 1 } as const;
    expect(hex(prologueOf(terms))).toBe(
      `${hex(text('holdfast/v1/peerrelay'))}036ec3a9${'02'}00020001${'0001'}`,
    );
    const other = { carrier: 'ws', network: '', offered: [258], chosen: 258 } as const;
    expect(hex(prologueOf(other))).toBe(`${hex(text('holdfast/v1/peerws'))}00${'01'}01020102`);
  });
});
