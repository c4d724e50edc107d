// A small OpenAI-compatible server around a real Llama model, by way of node-llama-cpp.
//
//   DIR/node llama_server.mjs --modules DIR --model FILE.gguf [--port 0] [--queue 64]
//
// DIR is what install.sh prints. One line of JSON, {"port": N}, on stdout says that it answers. Loopback
// only.
//
//   POST /v1/chat/completions, /v1/completions   whole and SSE; temperature (0 unless given), seed, top_p,
//                                                max_tokens, stop, logprobs with top_logprobs,
//                                                stream_options.include_usage
//   POST /v1/embeddings                          the model's hidden state, 64 numbers for stories260K
//   GET  /v1/models
//
// The model knows no chat template: a chat's prompt is its last user turn as it stands. Requests are answered
// one at a time; more than --queue waiting ones get 429 with Retry-After. A prompt that does not fit the
// context is refused with 400 and code context_length_exceeded. The model runs on one thread: two fight over
// a busy machine of two cores.
import http from "node:http";
import { parseArgs } from "node:util";

import { ApiError, openModel } from "./llama_model.mjs";

const { values: args } = parseArgs({
    options: {
        modules: { type: "string" },
        model: { type: "string" },
        port: { type: "string", default: "0" },
        queue: { type: "string", default: "64" },
    },
});
if (!args.modules || !args.model) {
    console.error("llama_server.mjs: --modules DIR and --model FILE are needed");
    process.exit(2);
}

const model = await openModel(args.modules, args.model);

// --- one generation at a time ------------------------------------------------------------------------------

let tail = Promise.resolve();
let waiting = 0;

function inTurn(job) {
    if (waiting >= Number(args.queue)) {
        throw new ApiError(429, "Too many requests are waiting.", {
            type: "requests", code: "rate_limit_exceeded", headers: { "retry-after": "1" },
        });
    }
    ++waiting;
    const done = tail.then(job).finally(() => --waiting);
    tail = done.catch(() => {});
    return done;
}

// --- the requests ------------------------------------------------------------------------------------------

function textOf(content) {
    if (typeof content === "string") return content;
    if (!Array.isArray(content)) {
        throw new ApiError(400, "'content' must be a string or a list.", { param: "messages" });
    }
    return content.map((part) => {
        if (part.type !== "text") throw new ApiError(400, `A part of type '${part.type}' is not supported.`);
        return part.text;
    }).join("");
}

function number(body, name, low, high) {
    const value = body[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== "number" || value < low || value > high) {
        throw new ApiError(400, `'${name}' must be a number from ${low} to ${high}.`, { param: name });
    }
    return value;
}

function optionsOf(body, request, isChat) {
    for (const name of ["tools", "response_format"]) {
        if (body[name]) throw new ApiError(400, `'${name}' is not supported by this model.`, { param: name });
    }
    const stop = body.stop === undefined || body.stop === null ? [] : [].concat(body.stop);
    const topLogprobs = isChat ? body.top_logprobs : body.logprobs;
    return {
        temperature: number(body, "temperature", 0, 2) ?? 0,
        topP: number(body, "top_p", 0, 1) ?? 1,
        seed: number(body, "seed", -(2 ** 53), 2 ** 53),
        maxTokens: number(body, "max_completion_tokens", 0, 1e9) ?? number(body, "max_tokens", 0, 1e9),
        stop,
        logprobs: isChat ? body.logprobs === true : typeof body.logprobs === "number",
        top: typeof topLogprobs === "number" ? topLogprobs : 0,
        gone: () => request.socket.destroyed,
    };
}

function chatPrompt(body) {
    if (!Array.isArray(body.messages) || body.messages.length === 0) {
        throw new ApiError(400, "'messages' must be a list with at least one turn.", { param: "messages" });
    }
    const user = body.messages.filter((message) => message.role === "user").at(-1);
    if (!user) throw new ApiError(400, "'messages' has no user turn.", { param: "messages" });
    return textOf(user.content);
}

function plainPrompt(body) {
    const prompt = Array.isArray(body.prompt) && body.prompt.length === 1 ? body.prompt[0] : body.prompt;
    if (typeof prompt !== "string") {
        throw new ApiError(400, "'prompt' must be a string.", { param: "prompt" });
    }
    return prompt;
}

let requests = 0;

// The two shapes of an answer: what differs between a chat and a plain completion.
const shapes = {
    chat: {
        object: "chat.completion", chunk: "chat.completion.chunk", id: "chatcmpl-",
        whole: (text, logprobs) => ({
            message: { role: "assistant", content: text, refusal: null },
            logprobs: logprobs ? { content: logprobs, refusal: null } : null,
        }),
        delta: (text, logprobs) => ({
            delta: text === null ? {} : { content: text },
            logprobs: logprobs ? { content: logprobs, refusal: null } : null,
        }),
    },
    plain: {
        object: "text_completion", chunk: "text_completion", id: "cmpl-",
        whole: (text, logprobs) => ({ text, logprobs: logprobs ? legacy(logprobs) : null }),
        delta: (text, logprobs) => ({ text: text ?? "", logprobs: logprobs ? legacy(logprobs) : null }),
    },
};

function legacy(logprobs) {
    return {
        tokens: logprobs.map((entry) => entry.token),
        token_logprobs: logprobs.map((entry) => entry.logprob),
        top_logprobs: logprobs.map((entry) =>
            Object.fromEntries(entry.top_logprobs.map((other) => [other.token, other.logprob]))),
    };
}

async function complete(body, request, response, shape, prompt, isChat) {
    const options = optionsOf(body, request, isChat);
    const head = {
        id: `${shape.id}${++requests}`,
        created: Math.floor(Date.now() / 1000),
        model: model.name,
        system_fingerprint: "fp_stories",
    };
    if (!body.stream) {
        let text = "";
        let logprobs = [];
        for await (const step of model.generate(prompt, options)) {
            if (step.finish) {
                return send(response, 200, {
                    ...head, object: shape.object, usage: step.usage,
                    choices: [{
                        index: 0,
                        ...shape.whole(text, options.logprobs ? logprobs : null),
                        finish_reason: step.finish,
                    }],
                });
            }
            text += step.text;
            logprobs = logprobs.concat(step.logprobs);
        }
    }

    const include = body.stream_options?.include_usage === true;
    const chunk = (choices, usage) => {
        if (!response.headersSent) {
            response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
        }
        const data = { ...head, object: shape.chunk, choices, ...(include ? { usage: usage ?? null } : {}) };
        response.write(`data: ${JSON.stringify(data)}\n\n`);
    };
    let opened = !isChat;
    for await (const step of model.generate(prompt, options)) {
        if (!opened) {
            opened = true;
            const delta = { role: "assistant", content: "" };
            chunk([{ index: 0, delta, logprobs: null, finish_reason: null }]);
        }
        if (step.finish) {
            chunk([{ index: 0, ...shape.delta(null, null), finish_reason: step.finish }]);
            if (include) chunk([], step.usage);
        } else {
            const logprobs = options.logprobs ? step.logprobs : null;
            chunk([{ index: 0, ...shape.delta(step.text, logprobs), finish_reason: null }]);
        }
    }
    response.end("data: [DONE]\n\n");
}

async function embed(body, response) {
    const inputs = [].concat(body.input ?? []);
    if (inputs.length === 0 || inputs.some((text) => typeof text !== "string" || text === "")) {
        throw new ApiError(400, "'input' must be a text or a list of texts, none empty.", { param: "input" });
    }
    const data = [];
    let tokens = 0;
    for (const [index, text] of inputs.entries()) {
        const { vector, count } = await model.embed(text);
        tokens += count;
        const embedding = body.encoding_format === "base64"
            ? Buffer.from(new Float32Array(vector).buffer).toString("base64") : [...vector];
        data.push({ object: "embedding", index, embedding });
    }
    const usage = { prompt_tokens: tokens, total_tokens: tokens };
    send(response, 200, { object: "list", model: model.name, data, usage });
}

// --- http --------------------------------------------------------------------------------------------------

function send(response, status, body, headers = {}) {
    const bytes = Buffer.from(JSON.stringify(body));
    const length = { "content-type": "application/json", "content-length": bytes.length };
    response.writeHead(status, { ...length, ...headers });
    response.end(bytes);
}

async function bodyOf(request) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    try {
        return JSON.parse(Buffer.concat(chunks).toString("utf8"));
    } catch (error) {
        throw new ApiError(400, `We could not parse the JSON body of your request: ${error.message}`);
    }
}

async function serve(request, response) {
    const route = `${request.method} ${request.url.split("?")[0]}`;
    switch (route) {
        case "GET /v1/models":
            return send(response, 200, {
                object: "list", data: [{ id: model.name, object: "model", created: 0, owned_by: "karpathy" }],
            });
        case "POST /v1/chat/completions": {
            const body = await bodyOf(request);
            const prompt = chatPrompt(body);
            return inTurn(() => complete(body, request, response, shapes.chat, prompt, true));
        }
        case "POST /v1/completions": {
            const body = await bodyOf(request);
            const prompt = plainPrompt(body);
            return inTurn(() => complete(body, request, response, shapes.plain, prompt, false));
        }
        case "POST /v1/embeddings": {
            const body = await bodyOf(request);
            return inTurn(() => embed(body, response));
        }
        default:
            throw new ApiError(404, `Invalid URL (${route})`);
    }
}

const server = http.createServer((request, response) => {
    serve(request, response).catch((error) => {
        const status = error.status ?? 500;
        const { type = "server_error", param = null, code = null, headers = {} } = error;
        const body = { error: { message: error.message, type, param, code } };
        if (!response.headersSent) return send(response, status, body, headers);
        response.end(`data: ${JSON.stringify(body)}\n\n`);
    });
});
server.listen(Number(args.port), "127.0.0.1", () => {
    console.log(JSON.stringify({ port: server.address().port }));
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(0));
