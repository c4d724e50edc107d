// The real model behind llama_server.mjs: opened once, generates with one sequence, so one answer at a time.
import path from "node:path";
import { pathToFileURL } from "node:url";

export class ApiError extends Error {
    constructor(status, message, members = {}) {
        super(message);
        const usual = { type: "invalid_request_error", param: null, code: null, headers: {} };
        Object.assign(this, { status, ...usual, ...members });
    }
}

// Where the first of the stop strings begins, or -1; and how much of the end could still become one.
function stopAt(text, stops) {
    const hits = stops.map((stop) => text.indexOf(stop)).filter((at) => at >= 0);
    return hits.length ? Math.min(...hits) : -1;
}

function heldBack(text, stops) {
    let held = text.endsWith("\ufffd") ? 1 : 0;
    for (const stop of stops) {
        for (let n = Math.min(stop.length - 1, text.length); n > held; --n) {
            if (text.endsWith(stop.slice(0, n))) held = n;
        }
    }
    return held;
}

// {name, generate(prompt, options), embed(text)}; `modules` is what install.sh prints.
export async function openModel(modules, file) {
    const entry = path.join(modules, "node_modules/node-llama-cpp/dist/index.js");
    const { getLlama } = await import(pathToFileURL(entry).href);
    const llama = await getLlama({
        gpu: false, build: "never", skipDownload: true, progressLogs: false, logLevel: "error", maxThreads: 1,
    });
    const model = await llama.loadModel({ modelPath: file, gpuLayers: 0 });
    const contextSize = model.trainContextSize;
    const context = await model.createContext({ contextSize, sequences: 1, threads: 1 });
    const sequence = context.getSequence();
    let embedder;

    function tokensOf(text) {
        const tokens = model.tokenize(text, false);
        const bos = model.tokens.bos;
        return bos !== null && model.tokens.shouldPrependBosToken ? [bos, ...tokens] : tokens;
    }

    const finite = (logarithm) => (Number.isFinite(logarithm) ? logarithm : -9999);

    function piece(token, before) {
        const text = model.detokenize([token], true, before);
        return { token: text, bytes: [...Buffer.from(text)] };
    }

    function logprobOf({ token, confidence, probabilities }, top, before) {
        const best = [...(probabilities ?? [])].slice(0, top);
        return {
            ...piece(token, before),
            logprob: finite(Math.log(confidence)),
            top_logprobs: best.map(([other, p]) => (
                { ...piece(other, before), logprob: finite(Math.log(p)) })),
        };
    }

    // Yields {text, logprobs} as they become certain, then {finish, usage}.
    async function* generate(prompt, options) {
        const input = tokensOf(prompt);
        if (input.length >= contextSize) {
            throw new ApiError(400,
                `This model's maximum context length is ${contextSize} tokens. However, your messages ` +
                `resulted in ${input.length} tokens.`, { param: "messages", code: "context_length_exceeded" });
        }
        const room = contextSize - input.length;
        const limit = Math.min(options.maxTokens ?? room, room);
        const output = [];
        let said = "";
        let pending = [];
        let finish = "length";

        await sequence.clearHistory();
        const steps = sequence.evaluateWithMetadata(
            input,
            { confidence: options.logprobs, probabilities: options.logprobs && options.top > 0 },
            {
                temperature: options.temperature, topP: options.topP, seed: options.seed, yieldEogToken: true,
            });
        if (limit > 0) {
            for await (const step of steps) {
                if (model.isEogToken(step.token)) {
                    finish = "stop";
                    break;
                }
                if (options.logprobs) {
                    pending.push(logprobOf(step, options.top, [...input, ...output].slice(-8)));
                }
                output.push(step.token);
                const whole = model.detokenize(output, false, input);
                const stop = stopAt(whole, options.stop);
                if (stop >= 0) {
                    finish = "stop";
                    if (stop > said.length) yield { text: whole.slice(said.length, stop), logprobs: pending };
                    said = whole.slice(0, stop);
                    pending = [];
                    break;
                }
                if (output.length >= limit) break;
                const certain = whole.slice(0, whole.length - heldBack(whole, options.stop));
                if (certain.length > said.length) {
                    yield { text: certain.slice(said.length), logprobs: pending };
                    said = certain;
                    pending = [];
                }
                if (options.gone()) break;
            }
            const whole = model.detokenize(output, false, input);
            if (stopAt(whole, options.stop) < 0 && whole.length > said.length) {
                yield { text: whole.slice(said.length), logprobs: pending };
            }
        }
        yield {
            finish,
            usage: {
                prompt_tokens: input.length,
                completion_tokens: output.length,
                total_tokens: input.length + output.length,
                prompt_tokens_details: { cached_tokens: 0 },
                completion_tokens_details: { reasoning_tokens: 0 },
            },
        };
    }

    async function embed(text) {
        const { length: count } = tokensOf(text);
        if (count > contextSize) {
            throw new ApiError(400, `The input has ${count} tokens; ${contextSize} is the most.`, {
                param: "input", code: "context_length_exceeded",
            });
        }
        embedder ??= await model.createEmbeddingContext({ contextSize, threads: 1 });
        const { vector } = await embedder.getEmbeddingFor(text);
        return { vector, count };
    }

    return { name: path.basename(file, ".gguf"), generate, embed };
}
