// Bundles scripts, styles and fonts into src/tenure/web/static/dist, with a hash in every name and a
// manifest.json (source name → built name) that the templates' asset() reads.
import { build, context } from "esbuild";
import { mkdir, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const HOUR = 60 * 60 * 1000;
const out = join(here, "../src/tenure/web/static/dist");

/** Source names of entry points and fonts, by built name. */
function names(metafile) {
  const found = {};
  for (const [path, output] of Object.entries(metafile.outputs)) {
    const built = relative(out, join(here, path));
    if (output.entryPoint) found[basename(output.entryPoint).replace(/\.ts$/, ".js")] = built;
    if (built.endsWith(".woff2")) found[basename(built).replace(/-[A-Z0-9]{8}\./, ".")] = built;
  }
  return Object.fromEntries(Object.entries(found).sort());
}

/** Compressed copies beside scripts and styles, which the server hands to browsers that take them. */
async function compress(metafile) {
  for (const path of Object.keys(metafile.outputs).filter((path) => /\.(js|css)$/.test(path))) {
    const file = join(here, path);
    const content = await readFile(file);
    await writeFile(`${file}.br`, brotliCompressSync(content));
    await writeFile(`${file}.gz`, gzipSync(content, { level: 9 }));
  }
}

/** Removes what builds before the last one left behind, if it is old: a running process serves the last one. */
async function sweep(metafile) {
  const kept = new Set(Object.keys(metafile.outputs).map((path) => basename(path)).concat("manifest.json", "licences.txt"));
  for (const file of await readdir(out)) {
    if (kept.has(file.replace(/\.(br|gz)$/, ""))) continue;
    const { mtimeMs } = await stat(join(out, file));
    if (mtimeMs < Math.min(builtBefore, Date.now() - HOUR)) await rm(join(out, file), { force: true });
  }
}

/** The licence texts of everything that ends up in the bundle. */
async function licences() {
  const parts = [];
  for (const name of ["htmx.org", "echarts", "zrender", "tslib", "@fontsource-variable/inter"]) {
    const folder = join(here, "node_modules", name);
    const files = (await readdir(folder, { withFileTypes: true })).filter((file) => file.isFile() && /^(licen[cs]e|notice|copyrightnotice)/i.test(file.name));
    for (const file of files) parts.push(`${name}: ${file.name}\n\n${await readFile(join(folder, file.name), "utf8")}`);
  }
  return parts.join(`\n\n${"-".repeat(78)}\n\n`);
}

const finish = {
  name: "manifest",
  setup(bundle) {
    bundle.onEnd(async ({ metafile, errors }) => {
      if (errors.length) return;
      await compress(metafile);
      await writeFile(join(out, "licences.txt"), await licences());
      await writeFile(join(out, "manifest.json"), JSON.stringify(names(metafile), null, 1) + "\n");
      await sweep(metafile);
    });
  },
};

const options = {
  absWorkingDir: here,
  entryPoints: ["src/main.ts", "styles/main.css"],
  outdir: out,
  bundle: true,
  minify: true,
  splitting: true,
  format: "esm",
  sourcemap: process.argv.includes("--watch") && "linked",
  target: ["chrome123", "firefox121", "safari17.5"],
  loader: { ".woff2": "file" },
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  metafile: true,
  legalComments: "none",
  logLevel: "warning",
  plugins: [finish],
};

await mkdir(out, { recursive: true });
const builtBefore = await stat(join(out, "manifest.json")).then(({ mtimeMs }) => mtimeMs - 10_000, () => 0);
if (process.argv.includes("--watch")) await (await context(options)).watch();
else await build(options);
