import { fileURLToPath } from 'node:url'

import { defineConfig } from 'vite'

const here = fileURLToPath(new URL('.', import.meta.url))

export default defineConfig({
  root: here,
  publicDir: false,
  build: {
    target: 'es2022',
    outDir: fileURLToPath(new URL('../dist', import.meta.url)),
    emptyOutDir: false,
    reportCompressedSize: true,
    lib: { entry: `${here}main.ts`, formats: ['iife'], name: 'Yizhan', fileName: () => 'widget.js' },
  },
})
