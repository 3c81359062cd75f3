import { defineConfig } from 'vitest/config'

// What needs no browser; the rest is in tests/browser.
export default defineConfig({ test: { include: ['**/*.test.{ts,mjs}'], environment: 'node' } })
