import { packageOf, roadsOf } from './roads.ts';
import { type Finding, isShipped, oneFile, type Rule } from './rule.ts';
import { isCode, type SourceFile } from './syntax.ts';

/** Which rooms a room may import from, itself aside. The longest matching prefix is the room. */
const floors: Readonly<Record<string, readonly string[]>> = {
  'machines/': [],
  'storage/': [],
  'actors/': ['machines/', 'storage/'],
  'runtime/': ['actors/', 'machines/', 'storage/', 'runtime/world/'],
  'runtime/world/': ['actors/', 'machines/', 'storage/', 'runtime/'],
  'runtime/sim/': [
    'actors/',
    'machines/',
    'storage/',
    'runtime/',
    'runtime/world/containment.ts',
    'runtime/world/outside-calls.ts',
    'runtime/world/turn.ts',
    'runtime/world/memory-files.ts',
    'runtime/world/memory-kv.ts',
  ],
  'runtime/sim/property/': ['actors/', 'machines/', 'storage/', 'runtime/', 'runtime/sim/'],
  'runtime/inspector/': ['actors/', 'machines/', 'storage/', 'runtime/'],
  // It runs in browsers, and knows of the house only what is said to it, and what steers text.
  'runtime/inspector/page/': [
    'runtime/chart.ts',
    'runtime/steering.ts',
    'runtime/inspector/protocol.ts',
    'runtime/inspector/panel-shapes.ts',
  ],
  'runtime/adapters/': ['actors/', 'machines/', 'storage/', 'runtime/'],
  'runtime/cli/': [
    'actors/',
    'machines/',
    'storage/',
    'runtime/',
    'runtime/world/',
    'runtime/sim/',
    'runtime/sim/property/',
    'runtime/inspector/',
  ],
  'examples/': [],
};

/** Where a package may be imported. */
const packages: Readonly<Record<string, readonly string[]>> = {
  'node:': ['storage/', 'actors/', 'runtime/', 'examples/', 'test/', 'vitest.', 'vite.'],
  xstate: ['machines/', 'actors/', 'runtime/', 'examples/', 'test/'],
  rxjs: ['runtime/', 'examples/', 'test/'],
  zod: ['runtime/options/', 'test/docs'],
  level: ['storage/', 'test/'],
  ws: ['runtime/world/', 'test/'],
  '@jitl/quickjs-ng-wasmfile-release-sync': ['runtime/world/vm/isolate/', 'test/bench/'],
  '@noble/ciphers': ['storage/', 'runtime/world/', 'test/'],
  '@noble/hashes': ['storage/', 'runtime/', 'test/'],
  '@noble/curves': ['test/'],
  '@noble/post-quantum': ['runtime/world/'],
  holdfast: ['examples/', 'test/'],
  'fast-check': ['runtime/sim/property/', 'test/fast-check.ts'],
  '@opentelemetry/api': ['runtime/adapters/opentelemetry.ts'],
  '@opentelemetry/sdk-metrics': ['test/runtime/adapters/'],
  'mmdb-lib': ['runtime/countries-reader.ts'],
  '@ip-location-db/geo-whois-asn-country-mmdb': ['test/runtime/'],
  preact: ['runtime/inspector/page/'],
  '@preact/signals': ['runtime/inspector/page/', 'test/runtime/inspector/page/'],
  elkjs: ['runtime/inspector/page/', 'test/runtime/inspector/page/'],
  vite: ['vite.'],
  'playwright-core': ['test/runtime/inspector/'],
  'axe-core': ['test/runtime/inspector/'],
  vitest: ['test/', 'vitest.'],
};

/** The benches compare with rivals, named in a package.json of their own. */
const isBench = ({ path }: SourceFile): boolean => path.startsWith('test/bench/');

const roomOf = (path: string): string | undefined =>
  Object.keys(floors)
    .filter((room) => path.startsWith(room))
    .sort((a, b) => b.length - a.length)[0];

function isOpen(from: string, to: string): boolean {
  const doors = floors[from] ?? [];
  return roomOf(to) === from || doors.some((door) => door === to || door === roomOf(to));
}

const imports: Rule = {
  name: 'imports run one way, from the upper floors to the lower',
  check: (house) =>
    house.filter(isCode).flatMap((file) => {
      const from = roomOf(file.path);
      if (from === undefined) return [];
      return roadsOf(file).flatMap(({ line, specifier, path }): Finding[] => {
        if (path === undefined || isOpen(from, path)) return [];
        return [{ path: file.path, line, found: `${from} may not import ${specifier}` }];
      });
    }),
  bad: [
    {
      files: oneFile('machines/peer.ts', "import type { A } from '../storage/ports.ts';"),
      finds: ['machines/peer.ts:1'],
    },
    {
      files: oneFile('storage/a.ts', "\nexport * from '../actors/world.ts';\nimport './b.ts';"),
      finds: ['storage/a.ts:2'],
    },
    {
      files: oneFile('actors/a.ts', "const room = await import('../runtime/errors.ts');"),
      finds: ['actors/a.ts:1'],
    },
    {
      files: oneFile(
        'runtime/kernel/a.ts',
        "import '../sim/a.ts';\nimport '../inspector/a.ts';\nimport '../adapters/a.ts';\n" +
          "import '../cli/a.ts';\nimport '../world/node.ts';\nimport '../errors.ts';",
      ),
      finds: [1, 2, 3, 4].map((line) => `runtime/kernel/a.ts:${line}`),
    },
    {
      files: oneFile(
        'runtime/sim/a.ts',
        "import '../world/containment.ts';\nimport '../world/node.ts';",
      ),
      finds: ['runtime/sim/a.ts:2'],
    },
    {
      files: oneFile('runtime/sim/a.ts', "import './property/a.ts';\nimport './b.ts';"),
      finds: ['runtime/sim/a.ts:1'],
    },
    {
      files: oneFile('examples/a.mjs', "import '../runtime/index.ts';"),
      finds: ['examples/a.mjs:1'],
    },
    {
      files: oneFile('runtime/a.ts', "import pkg from '../package.json' with { type: 'json' };"),
      finds: ['runtime/a.ts:1'],
    },
  ],
  good: oneFile('machines/a.ts', '/** See `import "../storage/a.ts"`. */\nimport "./b.ts";'),
};

const places: Rule = {
  name: 'every package has its places, and stays there',
  check: (house) =>
    house
      .filter((file) => isCode(file) && !isBench(file))
      .flatMap((file) =>
        roadsOf(file).flatMap(({ line, specifier, path }): Finding[] => {
          if (path !== undefined) return [];
          const allowed = packages[packageOf(specifier)] ?? [];
          if (allowed.some((place) => file.path.startsWith(place))) return [];
          return [{ path: file.path, line, found: `${specifier} has no place here` }];
        }),
      ),
  bad: [
    { files: oneFile('machines/a.ts', "import 'node:fs';"), finds: ['machines/a.ts:1'] },
    { files: oneFile('storage/a.ts', "import 'xstate';"), finds: ['storage/a.ts:1'] },
    { files: oneFile('actors/a.ts', "import 'rxjs/operators';"), finds: ['actors/a.ts:1'] },
    { files: oneFile('runtime/a.ts', "import { z } from 'zod';"), finds: ['runtime/a.ts:1'] },
    { files: oneFile('runtime/a.ts', "import 'fs';"), finds: ['runtime/a.ts:1'] },
    { files: oneFile('actors/a.ts', "import 'level';"), finds: ['actors/a.ts:1'] },
    {
      files: oneFile(
        'runtime/a.ts',
        "import '@noble/hashes/sha2.js';\nimport '@noble/ciphers/aes.js';",
      ),
      finds: ['runtime/a.ts:2'],
    },
    { files: oneFile('runtime/sim/a.ts', "import 'fast-check';"), finds: ['runtime/sim/a.ts:1'] },
    {
      files: oneFile('test/a.test.ts', "import fc from 'fast-check';"),
      finds: ['test/a.test.ts:1'],
    },
    { files: oneFile('examples/a.mjs', "import 'zod';"), finds: ['examples/a.mjs:1'] },
    { files: oneFile('test/a.test.ts', "import '@left/pad/x';"), finds: ['test/a.test.ts:1'] },
  ],
  good: [
    { path: 'runtime/options/a.ts', text: "import { z } from 'zod';" },
    { path: 'test/bench/spawn.mjs', text: "import { start } from 'nact';" },
    { path: 'examples/a.mjs', text: "import { createRuntime } from 'holdfast';" },
    { path: 'runtime/sim/property/a.ts', text: "import * as fc from 'fast-check';" },
  ],
};

const declared: Rule = {
  name: 'what is shipped imports only declared dependencies',
  check: (house) => {
    const manifest = house.find(({ path }) => path === 'package.json');
    const { dependencies = {}, peerDependencies = {} } = JSON.parse(manifest?.text ?? '{}') as {
      dependencies?: Record<string, string>;
      peerDependencies?: Record<string, string>;
    };
    const known = { ...dependencies, ...peerDependencies };
    // What the page imports is built into it.
    const isOwn = (file: SourceFile) => !file.path.startsWith('runtime/inspector/page/');
    return house
      .filter((file) => isShipped(file) && isOwn(file))
      .flatMap((file) =>
        roadsOf(file).flatMap(({ line, specifier, path }): Finding[] => {
          const name = packageOf(specifier);
          if (path !== undefined || name === 'node:' || name in known) return [];
          return [{ path: file.path, line, found: `${name} is not among the dependencies` }];
        }),
      );
  },
  bad: [
    {
      files: [
        { path: 'package.json', text: '{ "dependencies": { "rxjs": "7.8.2" } }' },
        { path: 'runtime/a.ts', text: "import 'node:fs';\nimport 'rxjs';\nimport 'xstate';" },
      ],
      finds: ['runtime/a.ts:3'],
    },
  ],
  good: [
    { path: 'package.json', text: '{ "peerDependencies": { "fast-check": "^4.0.0" } }' },
    { path: 'runtime/sim/property/a.ts', text: "import 'fast-check';" },
  ],
};

export const floorRules: readonly Rule[] = [imports, places, declared];
