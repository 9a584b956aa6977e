import { defineConfig } from "vite";

/**
 * A page in which WebAssembly may have threads is isolated from others by these headers. A host that does not send
 * them serves the page as well, with one thread.
 */
const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

export default defineConfig({
  // Relative: the page can lie in any folder of a host.
  base: "./",
  worker: { format: "es" },
  build: { target: "es2022", chunkSizeWarningLimit: 1000 },
  server: { headers: isolation },
  preview: { headers: isolation },
});
