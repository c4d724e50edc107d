#include "providers/http_reply.hpp"

#include "base/utf8.hpp"
#include "chat/failure.hpp"

#include <algorithm>

namespace llm {
namespace {

constexpr std::size_t longest = std::size_t{64} << 20;
constexpr std::size_t quoted = 200;

const DeltaSink no_deltas = [](const Delta&) {};

std::string_view trim_left(std::string_view s) {
    if (s.starts_with("\xEF\xBB\xBF")) s.remove_prefix(3);
    return s.substr(std::min(s.find_first_not_of(" \t\r\n"), s.size()));
}

}  // namespace

HttpReply::HttpReply(std::shared_ptr<const Wire> wire, Framing framing) : wire_(std::move(wire)), framing_(framing) {}

bool HttpReply::quick(std::string_view, const DeltaSink&) { return false; }

void HttpReply::text(std::string_view piece, const DeltaSink& sink) {
    if (piece.empty()) return;
    completion_.text.append(piece);
    if (sink) sink({Delta::Kind::text, piece});
}

void HttpReply::reasoning(std::string_view piece, const DeltaSink& sink) {
    if (piece.empty()) return;
    completion_.reasoning.append(piece);
    if (sink) sink({Delta::Kind::reasoning, piece});
}

Error HttpReply::broken(std::string_view what) const {
    const std::string safe = without_key(sanitise_utf8(truncate_utf8(body_, quoted)), wire_->key());
    return Error(Fault::provider, "{}: {}; it starts: {}", wire_->name(), what, safe);
}

// What the first byte that is not blank says about the body.
void HttpReply::choose(std::string_view start) {
    chosen_ = true;
    if (framing_ == Framing::whole && (start.starts_with("data:") || start.starts_with("event:"))) framing_ = Framing::sse;
    if (framing_ == Framing::sse && (start[0] == '{' || start[0] == '[' || start[0] == '<')) framing_ = Framing::whole;
}

void HttpReply::take(std::string_view data, const DeltaSink& sink) {
    if (done_) return;
    if (framing_ == Framing::sse && data == "[DONE]") {
        done_ = true;
        return;
    }
    if (quick(data, sink)) return;
    auto json = parse_json(data);
    if (!json) {
        body_.assign(data.substr(0, quoted));
        throw broken("an event of the stream is no JSON");
    }
    event(std::move(*json), sink);
}

void HttpReply::feed(std::string_view bytes, const DeltaSink& sink) {
    if (bytes.size() > longest - received_)
        throw Error(Fault::provider, "{}: the answer is longer than 64 MiB", wire_->name());
    received_ += bytes.size();
    std::string held;
    if (bytes.empty()) return;
    if (!chosen_) {
        // A body cut inside its first word ("dat") or byte order mark must wait for the rest of it.
        body_.append(bytes);
        const std::string_view start = trim_left(body_);
        const bool mark_cut = body_.size() < 3 && body_[0] == '\xEF';
        const bool word_cut =
            framing_ == Framing::whole && !start.empty() && start.size() < 6 && (start[0] == 'd' || start[0] == 'e');
        if (start.empty() || mark_cut || word_cut) return;
        choose(start);
        held = std::exchange(body_, {});
        bytes = held;
    }
    switch (framing_) {
    case Framing::whole: body_.append(bytes); break;
    case Framing::sse:
        if (body_.size() < quoted) body_.append(bytes.substr(0, quoted - body_.size()));
        sse_.feed(bytes, [&](const SseEvent& e) { take(e.data, sink); });
        break;
    case Framing::ndjson:
        if (body_.size() < quoted) body_.append(bytes.substr(0, quoted - body_.size()));
        lines_.feed(bytes, [&](std::string_view line) { take(line, sink); });
        break;
    }
}

Completion HttpReply::finish() {
    if (trim_left(body_).empty()) throw Error(Fault::provider, "{}: the answer is empty", wire_->name());
    if (framing_ == Framing::whole || !chosen_) {
        const std::string_view start = trim_left(body_);
        if (quick(start, no_deltas)) {
            done_ = true;
            if (!complete()) throw broken("the answer is incomplete");
            return std::move(completion_);
        }
        auto json = parse_json(start);
        if (!json) {
            if (start[0] == '<')
                throw Error(Fault::provider, "{}: the answer is a web page, not JSON ({}); check base_url", wire_->name(),
                            without_key(truncate_utf8(failure_message(start), quoted), wire_->key()));
            throw broken(start[0] == '{' || start[0] == '[' ? "the answer is no whole JSON; it was cut off or broken"
                                                             : "the answer is no JSON");
        }
        whole(std::move(*json));
    } else if (!done_) {
        if (framing_ == Framing::sse) sse_.end([&](const SseEvent& e) { take(e.data, no_deltas); });
        else lines_.end([&](std::string_view line) { take(line, no_deltas); });
    }
    if (!complete()) throw broken("the stream broke off before the answer was complete");
    return std::move(completion_);
}

}  // namespace llm
