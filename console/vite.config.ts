import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// antd's modules begin with "use client", which means nothing in a browser build; each would print a warning.
const isDirective = (warning: { code?: string }) => warning.code === 'MODULE_LEVEL_DIRECTIVE'

export default defineConfig({
  plugins: [react()],
  build: {
    target: 'es2022',
    manifest: true,
    // The content security policy refuses data: scripts, and small images are few.
    assetsInlineLimit: 0,
    rollupOptions: { onwarn: (warning, warn) => isDirective(warning) || warn(warning) },
  },
  server: {
    proxy: Object.fromEntries(['/v1', '/oauth2', '/config.json'].map((path) => [path, 'http://127.0.0.1:3000'])),
  },
})
