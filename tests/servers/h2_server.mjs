// An HTTP/2 server over TLS that answers OpenAI's chat completions, and counts connections and streams. Node's own library only, loopback only.
//
//     node h2_server.mjs CERTIFICATE KEY [--http1] [--streams N]
//
// One line of JSON on stdout says that it answers: {"port"}. With --http1 it speaks HTTP/1.1 alone; --streams is how many streams a connection may have at
// once. Node's nghttp2 ends a connection after about a thousand streams of libcurl 7.88. The path chooses what happens, /SCENARIO/v1/chat/completions:
//
//     ok[:MS]          the answer after so many milliseconds (0)
//     refused-then-ok:N   the first N streams are refused (RST_STREAM, REFUSED_STREAM), the next ones served
//     reset-then-ok:N  the first N are broken off amid the answer (RST_STREAM, INTERNAL_ERROR)
//     reset            all are
//     cut:N            each connection is closed amid its N-th stream, without a word
//     torn:N           each is reset there, as TCP does where a machine goes down
//
//     GET /__count     by scenario {"connections", "streams", "peak", "served", "most", "at_once", "alpn"}: peak is the most in flight at once, most the
//                      most on one connection, at_once the most at once on one
//     DELETE /__count  forgets them
import fs from "node:fs";
import http2 from "node:http2";
import https from "node:https";

const [certificate, key, ...flags] = process.argv.slice(2);
const streams = flags.includes("--streams") ? Number(flags[flags.indexOf("--streams") + 1]) : 500;
const tls = { cert: fs.readFileSync(certificate), key: fs.readFileSync(key) };
const answer = JSON.stringify({
  model: "h2",
  choices: [{ message: { role: "assistant", content: "The answer is 42." }, finish_reason: "stop" }],
  usage: { prompt_tokens: 12, completion_tokens: 7 },
});

const counts = new Map();
function countOf(scenario) {
  if (!counts.has(scenario)) counts.set(scenario, { of: new Map(), streams: 0, inFlight: 0, peak: 0, served: 0, alpn: new Set() });
  return counts.get(scenario);
}
function shown() {
  const all = {};
  for (const [name, c] of counts)
    all[name] = { connections: c.of.size, streams: c.streams, peak: c.peak, served: c.served, most: Math.max(0, ...[...c.of.values()].map((n) => n.all)), at_once: Math.max(0, ...[...c.of.values()].map((n) => n.peak)), alpn: [...c.alpn] };
  return JSON.stringify(all);
}

/// Counts a request from its head to its end.
function begin(path, connection, alpn) {
  const scenario = path.split("/")[1];
  const c = countOf(scenario);
  c.alpn.add(alpn);
  if (!c.of.has(connection)) c.of.set(connection, { all: 0, now: 0, peak: 0 });
  const own = c.of.get(connection);
  ++own.all;
  own.peak = Math.max(own.peak, ++own.now);
  c.peak = Math.max(c.peak, ++c.inFlight);
  return { scenario, own, c, nth: ++c.streams, end() { --own.now; --c.inFlight; } };
}
const delayOf = (scenario) => Number(scenario.split(",")[0].split(":")[1] ?? 0);

function serve2(stream, headers) {
  stream.on("error", () => {});
  const path = headers[":path"];
  if (path === "/__count") {
    if (headers[":method"] === "DELETE") counts.clear();
    stream.respond({ ":status": 200, "content-type": "application/json" });
    return stream.end(shown());
  }
  const session = stream.session;
  const seen = begin(path, session, "h2");
  stream.on("close", () => seen.end());
  const name = seen.scenario.split(",")[0].split(":")[0];
  const n = delayOf(seen.scenario);
  const reply = () => {
    if (stream.destroyed) return;
    stream.respond({ ":status": 200, "content-type": "application/json" });
    stream.end(answer, () => ++seen.c.served);
  };
  const broken = () => {
    stream.respond({ ":status": 200, "content-type": "application/json" });
    stream.write(answer.slice(0, 40), () => stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR));
  };
  stream.resume();
  stream.on("end", () => {
    if (name === "refused-then-ok" && seen.nth <= n) return stream.close(http2.constants.NGHTTP2_REFUSED_STREAM);
    if (name === "reset" || (name === "reset-then-ok" && seen.nth <= n)) return broken();
    if (name === "cut" && seen.own.all === n) return session.destroy();
    if (name === "torn" && seen.own.all === n) return setTimeout(() => sockets.get(session.socket.remotePort).resetAndDestroy(), 50);
    if (name === "ok" && n > 0) return setTimeout(reply, n);
    reply();
  });
}

function serve1(request, response) {
  if (request.url === "/__count") {
    if (request.method === "DELETE") counts.clear();
    return response.end(shown());
  }
  const seen = begin(request.url, request.socket, "http/1.1");
  response.on("close", () => seen.end());
  request.resume();
  request.on("end", () => setTimeout(() => response.setHeader("content-type", "application/json").end(answer), delayOf(seen.scenario)));
}

const old = flags.includes("--http1");
const server = old
  ? https.createServer({ ...tls, keepAliveTimeout: 60000 }, serve1)
  : http2.createSecureServer({ ...tls, settings: { maxConcurrentStreams: streams } });
const sockets = new Map();
server.on("connection", (socket) => sockets.set(socket.remotePort, socket.on("error", () => {})));
if (!old) server.on("stream", serve2);
server.on("sessionError", () => {});
server.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ port: server.address().port })));
process.on("SIGTERM", () => process.exit(0));
