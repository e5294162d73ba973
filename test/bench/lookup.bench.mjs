/**
 * How many addresses a second are looked for among a million prefixes of feeds, as whoever arrives
 * is, beside net.BlockList with the same prefixes, addresses and answers?
 *
 * Of a tenth of the addresses, the prefix is among them. net.BlockList walks over all it has, so it
 * is asked less often.
 */
import { BlockList } from 'node:net';

const PREFIXES = 1_000_000;

const part = (/** @type {string} */ path) =>
  import(new URL(`../../dist/actors/peer/door/${path}.js`, import.meta.url).href);

/** Numbers of 32 bits that look like chance, the same each time. */
function* words(seed = 1) {
  for (let word = seed; ; ) {
    word = (Math.imul(word, 1_664_525) + 1_013_904_223) >>> 0;
    yield word;
  }
}

const textOf = (/** @type {number} */ word) =>
  [word >>> 24, (word >>> 16) & 255, (word >>> 8) & 255, word & 255].join('.');

/** Prefixes of 20 to 32 bits, and addresses of which a tenth is in one. */
function given(/** @type {number} */ count) {
  const draws = words();
  const draw = () => draws.next().value ?? 0;
  const prefixes = Array.from({ length: PREFIXES }, () => ({
    word: draw(),
    bits: 20 + ((draw() >>> 16) % 13),
  }));
  const addresses = Array.from({ length: count }, (_, at) =>
    textOf(at % 10 === 0 ? (prefixes[draw() % PREFIXES]?.word ?? 0) : draw()),
  );
  return { prefixes, addresses };
}

/**
 * @param {readonly string[]} addresses
 * @param {(address: string) => boolean} isListed
 * @returns {import('./sample.mjs').Sample}
 */
function sampleOf(addresses, isListed) {
  let found = 0;
  const { user } = process.cpuUsage();
  for (const address of addresses) if (isListed(address)) found += 1;
  const cpuMs = (process.cpuUsage().user - user) / 1_000;
  if (found < addresses.length / 10) throw new Error(`${found} were found`);
  return { perCpuMs: addresses.length / cpuMs };
}

/** @type {import('./sample.mjs').Contender} */
const holdfast = async (turn) => {
  const { RangeDraft } = await part('range-table');
  const { AccessList } = await part('access-list');
  const { prefixes, addresses } = given(1_000_000);
  const draft = new RangeDraft();
  for (const [at, { word, bits }] of prefixes.entries()) draft.addIpv4(word, bits, at + 1);
  const making = draft.table();
  let made = making.next();
  while (!made.done) made = making.next();
  const access = new AccessList({ allow: [], deny: [] });
  access.heed('/drop.txt', made.value);
  const isListed = (/** @type {string} */ address) => access.excludes({ address }, 0) === 'listed';
  await turn();
  sampleOf(addresses, isListed);
  return sampleOf(addresses, isListed);
};

/** @type {import('./sample.mjs').Contender} */
const blockList = async (turn) => {
  const { prefixes, addresses } = given(100);
  const list = new BlockList();
  for (const { word, bits } of prefixes) list.addSubnet(textOf(word), bits);
  await turn();
  return sampleOf(addresses, (address) => list.check(address));
};

/** @type {import('./sample.mjs').Bench} */
export const bench = {
  unit: 'k look-ups/CPU s',
  rounds: 3,
  contenders: { holdfast, blockList },
  rivals: {},
  comparisons: [
    {
      variant: 'addresses among 1,000,000 prefixes',
      reading: 'perCpuMs',
      of: 'holdfast',
      beside: 'blockList',
      baseline: 'net.BlockList',
      ratioMin: 1_000,
    },
  ],
};
