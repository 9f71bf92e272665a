// Builds the front end into the Python package: hashed files and a manifest that web/assets.py reads.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";

import tailwindcss from "@tailwindcss/vite";
import { defineConfig } from "vite";

import { ICONS } from "./icons.js";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

// One SVG sprite of the icons that pages use: <svg><use href="…/icons-hash.svg#send"/></svg>.
function iconSprite() {
  const symbol = (name) => {
    const svg = readFileSync(here(`node_modules/lucide-static/icons/${name}.svg`), "utf8");
    const body = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"));
    return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">${body.trim()}</symbol>`;
  };
  return {
    name: "icon-sprite",
    generateBundle() {
      const source = `<svg xmlns="http://www.w3.org/2000/svg">${ICONS.map(symbol).join("")}</svg>`;
      this.emitFile({ type: "asset", name: "icons.svg", originalFileName: "icons.svg", source });
    },
  };
}

// The mark, for the browser's tab.
function logo() {
  return {
    name: "logo",
    generateBundle() {
      const source = readFileSync(here("static/logo.svg"), "utf8");
      this.emitFile({ type: "asset", name: "logo.svg", originalFileName: "logo.svg", source });
    },
  };
}

// Text is compressed once, here, as well as it can be: web/assets.py sends what the browser takes.
function compressed() {
  return {
    name: "compressed",
    closeBundle() {
      const folder = here("../src/chappe/web/static/dist/assets/");
      for (const name of readdirSync(folder).filter((each) => /\.(css|js|svg)$/.test(each))) {
        const content = readFileSync(folder + name);
        writeFileSync(`${folder}${name}.br`, brotliCompressSync(content));
        writeFileSync(`${folder}${name}.gz`, gzipSync(content, { level: 9 }));
      }
    },
  };
}

export default defineConfig({
  base: "./",
  plugins: [tailwindcss(), iconSprite(), logo(), compressed()],
  build: {
    outDir: here("../src/chappe/web/static/dist"),
    emptyOutDir: true,
    manifest: "manifest.json",
    // data: URLs would need a wider Content-Security-Policy.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 800,
    rolldownOptions: {
      input: { app: here("src/app.js"), charts: here("src/charts.js") },
    },
  },
});
