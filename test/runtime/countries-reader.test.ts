import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { CountriesReader, type CountryOf, mmdbFor } from '../../runtime/countries-reader.ts';
import { mmdbBomb, mmdbOf } from './mmdb.ts';

async function opened(bytes: Uint8Array): Promise<CountryOf> {
  let found: CountryOf | undefined;
  const reader = new CountriesReader(await mmdbFor({ geo: {} }), (countryOf) => {
    found = countryOf;
  });
  for (let at = 0; at < bytes.length; at += 65_536) reader.take(bytes.subarray(at, at + 65_536));
  (await reader.finish()).heed();
  if (found === undefined) throw new TypeError('nothing was heeded');
  return found;
}

const countries = { '192.0.2.0/24': 'DE', '2001:db8::/32': 'FR', '198.51.100.7/32': 'XK' };
const addresses = ['192.0.2.9', '2001:db8::9', '198.51.100.7', '198.51.100.8', '::1', '2a00::1'];
const there = ['DE', 'FR', 'XK', undefined, undefined, undefined];

/** The public domain one that the README names: 8 MB. */
const published = fileURLToPath(
  import.meta.resolve('@ip-location-db/geo-whois-asn-country-mmdb/package.json'),
).replace('package.json', 'geo-whois-asn-country.mmdb');

describe('a database of countries', () => {
  it.each([false, true])(
    'says where addresses are (as MaxMind names it: %s)',
    async (isMaxMind) => {
      const countryOf = await opened(mmdbOf(countries, isMaxMind));
      expect(addresses.map(countryOf)).toEqual(there);
    },
  );

  it.runIf(existsSync(published))('may be the one of ip-location-db', async () => {
    const countryOf = await opened(readFileSync(published));
    const known = ['8.8.8.8', '2001:4860:4860::8888', '127.0.0.1', 'fe80::1'];
    expect(known.map(countryOf)).toEqual(['US', 'US', undefined, undefined]);
  });

  it('is refused if it is none, or only a part of one', async () => {
    const whole = mmdbOf(countries);
    const parts = [1, 100, whole.length >> 1, whole.length - 80, whole.length - 20];
    const bad = [
      ...parts.map((length) => whole.subarray(0, length)),
      Buffer.from('<html>502 Bad Gateway</html>'),
      Buffer.alloc(100_000, 0xab),
      whole.subarray(whole.length - 200),
    ];
    for (const bytes of bad) {
      await expect(opened(bytes)).rejects.toThrow(/^it is no whole mmdb file: /);
    }
  });

  it('is read in no time, however often it points to what points on', async () => {
    const countryOf = await opened(mmdbBomb(22));
    expect(['8.8.8.8', '::1'].map(countryOf)).toEqual([undefined, undefined]);
  });

  it('is refused, and says what is missing, without the package that reads it', async () => {
    expect(await mmdbFor({})).toBe(undefined);
    const reader = new CountriesReader(undefined, () => {});
    await expect(reader.finish()).rejects.toThrow('it takes the package mmdb-lib');
  });

  it('has nothing to say where it is damaged', async () => {
    const bytes = mmdbOf(countries);
    const at = bytes.indexOf('country_code');
    // A type that there is not, in place of the name of its field.
    bytes.set([0, 200], at - 1);
    expect((await opened(bytes))('192.0.2.9')).toBe(undefined);
  });
});
