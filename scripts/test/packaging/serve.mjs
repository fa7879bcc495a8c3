// A folder as a web server gives it out, with a Content-Security-Policy where one is asked for.

import { existsSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".json": "application/json", ".wasm": "application/wasm" };

/** What a page without a bundler needs to import packages by name. */
const IMPORT_MAP = `<script type="importmap">${JSON.stringify({
  imports: { lloyd: "/node_modules/lloyd/dist/index.js", "lloyd/ml-kmeans": "/node_modules/lloyd/dist/ml-kmeans.js", "lloyd/skmeans": "/node_modules/lloyd/dist/skmeans.js" },
})}</script>`;

export async function serve(folder, { policy, importMap = false } = {}) {
  const server = createServer(({ url }, response) => {
    const path = normalize(decodeURIComponent(new URL(url, "http://localhost").pathname));
    const file = join(folder, path.endsWith("/") ? `${path}index.html` : path);
    if (!existsSync(file) || !statSync(file).isFile()) return void response.writeHead(404).end("not found");
    const headers = { "content-type": `${TYPES[extname(file)] ?? "application/octet-stream"}; charset=utf-8` };
    if (policy) headers["content-security-policy"] = `${policy}; connect-src *`;
    const body = readFileSync(file);
    response.writeHead(200, headers).end(importMap && file.endsWith(".html") ? body.toString().replace("<script", `${IMPORT_MAP}<script`) : body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
