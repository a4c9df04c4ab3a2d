// Bundles src/*.js and src/*.css and the icons into the folder given, under names with a hash; writes manifest.json.
import {build} from "esbuild";
import {createHash} from "node:crypto";
import {mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {basename, dirname, extname, join} from "node:path";
import {fileURLToPath} from "node:url";

const out = process.argv[2];
const here = dirname(fileURLToPath(import.meta.url));
rmSync(out, {recursive: true, force: true});
mkdirSync(out, {recursive: true});

const entries = readdirSync(join(here, "src")).filter((name) => /\.(js|css)$/.test(name) && !name.startsWith("_"));
const built = await build({
  entryPoints: entries.map((name) => join(here, "src", name)),
  bundle: true, minify: true, format: "esm", target: "es2018", logLevel: "error",
  legalComments: "eof", entryNames: "[name]-[hash]", assetNames: "[name]-[hash]",
  loader: {".woff2": "file", ".svg": "dataurl"}, outdir: out, metafile: true,
});

const manifest = {};
for (const [path, made] of Object.entries(built.metafile.outputs)) {
  if (made.entryPoint) manifest[basename(made.entryPoint)] = basename(path);
  writeFileSync(path, readFileSync(path, "utf8").replace(/^.*sourceMappingURL=.*$/gm, ""));
}

function put(name, content) {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 8).toUpperCase();
  const file = `${basename(name, extname(name))}-${hash}${extname(name)}`;
  writeFileSync(join(out, file), content);
  manifest[name] = file;
}

const symbols = readdirSync(join(here, "icons")).sort().map((name) => {
  const inner = readFileSync(join(here, "icons", name), "utf8").replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "");
  return `<symbol id="${basename(name, ".svg")}" viewBox="0 0 24 24">${inner.trim()}</symbol>`;
});
const style = 'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"';
put("icons.svg", `<svg xmlns="http://www.w3.org/2000/svg"><g ${style}>${symbols.join("")}</g></svg>\n`);
const mark = readFileSync(join(here, "icons", "mark.svg"), "utf8").replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "");
put("icon.svg", `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" ${style.replace("currentColor", "#1f6f54")}>${mark.trim()}</svg>\n`);
writeFileSync(join(out, "manifest.json"), JSON.stringify(manifest, null, 1) + "\n");
