#include "answer_text.hpp"
#include "line_editor.hpp"
#include "run.hpp"

#include "base/paths.hpp"
#include "log/ulid.hpp"
#include "log/when.hpp"
#include "record/writer.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace llm {
namespace {

constexpr std::string_view help_text =
    "  /model NAME    ask another model from now on; without NAME, say which\n"
    "  /system TEXT   another system prompt; without TEXT, none\n"
    "  /save FILE     the conversation as one record (llm-ask reads it back: llm-ask < FILE)\n"
    "  /new           begin again\n"
    "  /help          this\n"
    "  /quit          leave (also Ctrl-D)\n"
    "Ctrl-C stops an answer.\n";

class Chat {
public:
    Chat(AskSession& s, const Tool& tool, const AskFlags& f, std::string conversation, const std::vector<Message>& before)
        : session_(s), tool_(tool), flags_(f), conversation_(std::move(conversation)), model_(f.request.model.value_or("")), system_(f.request.system.value_or("")) {
        for (const Message& m : before)
            if (m.role == Role::system) system_ = m.text();
            else turns_.push_back(to_json(m));
    }

    int run() {
        std::string history;
        try {
            history = (state_folder(session_.environment) / "chat_history").string();
        } catch (const Error&) {  // no home: no history
        }
        LineEditor editor{history};
        const bool person = ::isatty(0) == 1;
        session_.loop.catch_signals();
        if (person && !flags_.talk.quiet) note("/help tells what there is; Ctrl-D leaves");
        for (;;) {
            const auto line = editor.read("> ");
            if (!line) {
                const int signal = Loop::signal_caught();
                if (person) write_all(2, "\n", "standard error");
                if (signal == SIGINT && person) {  // a line given up
                    Loop::forget_signals();
                    continue;
                }
                return signal == 0 ? 0 : 128 + signal;
            }
            if (line->find_first_not_of(" \t") == std::string::npos) continue;
            try {
                if (line->front() == '/') {
                    if (!command(*line)) return 0;
                } else if (!answer(*line)) {
                    return 0;
                }
            } catch (const Error& e) {
                note(e.what());
                if (!person) throw;
            }
        }
    }

private:
    void note(std::string_view text) const { write_all(2, fmt::format("{}: {}\n", tool_.name(), text), "standard error"); }

    /// False to leave.
    bool command(const std::string& line) {
        const std::size_t blank = line.find(' ');
        const std::string word = line.substr(0, blank);
        std::string rest = blank == std::string::npos ? std::string{} : line.substr(line.find_last_not_of(' ') == blank ? line.size() : line.find_first_not_of(' ', blank));
        if (word == "/quit" || word == "/exit" || word == "/q") return false;
        if (word == "/help" || word == "/?") {
            write_all(2, help_text, "standard error");
        } else if (word == "/model") {
            if (!rest.empty()) {
                session_.models.resolve(rest);
                model_ = rest;
            }
            note(model_.empty() ? "the configured model answers" : model_ + " answers");
        } else if (word == "/system") {
            system_ = rest;
            note(system_.empty() ? "no system prompt" : "system prompt set");
        } else if (word == "/new") {
            turns_ = Json::array();
            note("a new conversation");
        } else if (word == "/save") {
            if (rest.empty()) throw Error(Fault::usage, "/save needs a file's name");
            save(rest);
        } else {
            const std::vector<std::string> words{"/model", "/system", "/save", "/new", "/help", "/quit"};
            const std::string near = nearest(word, words);
            throw Error(Fault::usage, "no command {}{}", word, near.empty() ? "; /help lists them" : "; did you mean " + near + "?");
        }
        return true;
    }

    Json record() const {
        Json r = Json::object();
        if (!system_.empty()) r["system"] = system_;
        if (!model_.empty()) r["model"] = model_;
        r["messages"] = turns_;
        return r;
    }

    void save(const std::string& path) const {
        const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (fd < 0) throw Error(Fault::io, "cannot save to {}: {}", path, std::strerror(errno));
        write_all(fd, dump(record()) + "\n", path);
        ::close(fd);
        note("saved to " + path);
    }

    /// False when nobody reads any more.
    bool answer(const std::string& prompt) {
        const Json before = turns_;
        turns_.push_back(Json{{"role", "user"}, {"content", prompt}});
        Record asked = Record::of(record());
        Writer out{1};
        TextEmitter text{out};
        AskOptions options = session_.options(tool_, flags_, true);
        options.conversation = conversation_;
        Asker asker{session_.caller, session_.models, session_.form, std::move(options)};
        try {
            Task<void> task = asker.step(asked, text);
            drive(session_.loop, task, out);
            if (!task.done()) {
                if (out.closed()) return false;
                write_all(2, "\n", "standard error");
                note("stopped");
                Loop::forget_signals();
                turns_ = before;
                return true;
            }
        } catch (const Error&) {
            turns_ = before;
            throw;
        }
        put_answer(out, asked, flags_, text);
        out.flush();
        const Json response = asked.get("response");
        Json turn{{"role", "assistant"}, {"content", text_of(response, "text")}};
        if (response.contains("tool_calls")) turn["tool_calls"] = response["tool_calls"];
        if (response.contains("provider_data")) turn["provider"] = response["provider_data"];
        turns_.push_back(std::move(turn));
        return !out.closed();
    }

    AskSession& session_;
    const Tool& tool_;
    const AskFlags& flags_;
    std::string conversation_, model_, system_;
    Json turns_ = Json::array();
};

}  // namespace

int converse(AskSession& s, const Tool& tool, const AskFlags& f, Conversation conversation) {
    if (conversation.id.empty()) conversation.id = new_ulid(unix_microseconds());
    return Chat{s, tool, f, std::move(conversation.id), conversation.turns}.run();
}

}  // namespace llm
