// Starts aimock, a mock of several providers' APIs that is nobody's of this project, on fixtures/.
//
//   DIR/node start.mjs --modules DIR [--port 0] [--chunk 8] [--key KEY]
//
// DIR is what install.sh prints. One line of JSON, {"port": N}, on stdout says that it answers. Loopback
// only. --chunk is how many characters a streamed piece has; with --key a request without that key is
// refused, each provider's own way. A request no fixture matches is an error (strict). GET /__aimock/journal
// tells what was asked.
import path from "node:path";
import { parseArgs } from "node:util";
import { fileURLToPath, pathToFileURL } from "node:url";

const { values: args } = parseArgs({
    options: {
        modules: { type: "string" },
        port: { type: "string", default: "0" },
        chunk: { type: "string", default: "8" },
        key: { type: "string" },
    },
});
if (!args.modules) {
    console.error("start.mjs: --modules DIR is needed");
    process.exit(2);
}
const entry = path.join(args.modules, "node_modules/@copilotkit/aimock/dist/index.js");
const { LLMock } = await import(pathToFileURL(entry).href);
const mock = new LLMock({
    host: "127.0.0.1",
    port: Number(args.port),
    chunkSize: Number(args.chunk),
    logLevel: "silent",
    strict: true,
    ...(args.key ? { auth: { apiKeys: [args.key] } } : {}),
});
mock.loadFixtureDir(path.join(path.dirname(fileURLToPath(import.meta.url)), "fixtures"));
await mock.start();
console.log(JSON.stringify({ port: Number(new URL(mock.url).port) }));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(0));
