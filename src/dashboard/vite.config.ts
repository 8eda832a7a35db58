import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
  build: {
    // Node 20's age of browsers: CSS nesting, container queries, :has().
    target: 'es2022',
    // Fonts stay files: the content security policy allows 'self' and no data: URLs.
    assetsInlineLimit: 0,
    sourcemap: false,
    // Seen by a test instead, which measures compressed bytes.
    chunkSizeWarningLimit: 2000,
  },
  server: {
    proxy: { '/api': process.env['RETRACE_DEV_SERVER'] ?? 'http://127.0.0.1:4480' },
  },
});
