"""Vectors for texts: OpenAI's /embeddings, Ollama's /api/embed, Gemini's :batchEmbedContents.

A text's vector counts its words by their first letters, so that texts with common words are alike; a token is a word.
"""

from . import gemini, ollama, openai_chat

NAME = "embeddings"
STREAM_TYPE = "application/json"
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def serves(path):
    return path.endswith(("/embeddings", "/api/embed", ":batchEmbedContents"))


def streams(path, body):
    return False


def kind_of(body):
    if "requests" in body:
        return gemini
    return openai_chat if "encoding_format" in body else ollama


def texts_of(body):
    if "requests" in body:
        return ["".join(part["text"] for part in one["content"]["parts"]) for one in body["requests"]]
    given = body.get("input", [])
    return [given] if isinstance(given, str) else given


def problem(path, headers, body):
    texts = texts_of(body)
    if not texts or not all(isinstance(text, str) for text in texts):
        return "'input' must be a text or a list of texts"
    return None


def model(path, body):
    return body.get("model", "unknown")


def last_turn(body):
    return "user", (texts_of(body) or [""])[-1]


def vector_of(text):
    words = text.lower().split()
    return [float(sum(word[0] == letter for word in words)) for letter in LETTERS] + [0.1]


def whole(answer, body):
    texts = texts_of(body)
    vectors = [vector_of(text) for text in texts]
    tokens = sum(len(text.split()) for text in texts)
    kind = kind_of(body)
    if kind is gemini:
        return {"embeddings": [{"values": vector} for vector in vectors]}
    if kind is ollama:
        return {"model": body.get("model"), "embeddings": vectors, "prompt_eval_count": tokens}
    return {
        "object": "list",
        "data": [{"object": "embedding", "index": n, "embedding": vector} for n, vector in enumerate(vectors)],
        "model": body.get("model"),
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
    }


def error(status, message, **members):
    return openai_chat.error(status, message, **members)
