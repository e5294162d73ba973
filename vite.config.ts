import { readFileSync } from 'node:fs';
import { defineConfig, type Plugin } from 'vite';

const inPackages = (path: string): string =>
  readFileSync(new URL(`./node_modules/${path}`, import.meta.url), 'utf8');

/** Their licences ask to be where their code is. */
const bundled = ['preact', '@preact/signals', '@preact/signals-core'];

/** The layout engine as it came, to be loaded once a chart is drawn, with its licence beside it. */
const beside: Plugin = {
  name: 'beside the page',
  generateBundle() {
    const emit = (fileName: string, source: string): void => {
      this.emitFile({ type: 'asset', fileName, source });
    };
    emit('elk-worker.js', inPackages('elkjs/lib/elk-worker.min.js'));
    emit('elk-license.txt', inPackages('elkjs/LICENSE.md'));
    const licences = bundled.map((name) => `${name}\n\n${inPackages(`${name}/LICENSE`)}`);
    emit('licenses.txt', licences.join('\n\n'));
  },
};

export default defineConfig({
  root: 'runtime/inspector/page',
  // It is served from wherever it is mounted.
  base: './',
  plugins: [beside],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: '../../../dist/runtime/inspector/page',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: false,
    rollupOptions: {
      output: {
        entryFileNames: 'page.js',
        chunkFileNames: '[name].js',
        assetFileNames: '[name][extname]',
      },
    },
  },
});
