#include "line_editor.hpp"

#include "base/loop.hpp"
#include "base/paths.hpp"
#include "record/writer.hpp"

#include <cerrno>
#include <cstdlib>
#include <dlfcn.h>
#include <filesystem>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

namespace llm {

/// libedit's interface in the manner of readline; opened here because only a conversation needs it.
struct LineEditor::Library {
    char* (*readline)(const char*) = nullptr;
    int (*add_history)(const char*) = nullptr;
    int (*read_history)(const char*) = nullptr;
    int (*write_history)(const char*) = nullptr;

    bool open() {
        void* lib = ::dlopen("libedit.so.2", RTLD_NOW | RTLD_LOCAL);
        if (lib == nullptr) return false;
        const auto get = [lib](auto& f, const char* symbol) {
            f = reinterpret_cast<std::remove_reference_t<decltype(f)>>(::dlsym(lib, symbol));
            return f != nullptr;
        };
        return get(readline, "readline") && get(add_history, "add_history") && get(read_history, "read_history") && get(write_history, "write_history");
    }
};

/// Between two prompts too the terminal's driver leaves the end of input to libedit: a Ctrl-D it had taken for one would be lost.
struct LineEditor::Uncooked {
    termios before{};
    bool changed = false;

    Uncooked() {
        if (::tcgetattr(0, &before) != 0) return;
        termios t = before;
        t.c_lflag &= ~static_cast<tcflag_t>(ICANON);
        t.c_cc[VMIN] = 1;
        t.c_cc[VTIME] = 0;
        changed = ::tcsetattr(0, TCSANOW, &t) == 0;
    }
    Uncooked(const Uncooked&) = delete;
    Uncooked& operator=(const Uncooked&) = delete;
    ~Uncooked() {
        if (changed) ::tcsetattr(0, TCSANOW, &before);
    }
};

LineEditor::LineEditor(std::string history_file) : history_file_(std::move(history_file)) {
    static Library library;
    if (::isatty(0) != 1 || !library.open()) return;
    library_ = &library;
    uncooked_ = std::make_unique<Uncooked>();
    if (!history_file_.empty()) library_->read_history(history_file_.c_str());
}

LineEditor::~LineEditor() {
    if (library_ == nullptr || history_file_.empty()) return;
    try {
        make_private_folder(std::filesystem::path{history_file_}.parent_path());
        const mode_t old = ::umask(0077);
        library_->write_history(history_file_.c_str());
        ::umask(old);
    } catch (const std::exception&) {  // a history that cannot be kept is no reason to fail
    }
}

std::optional<std::string> LineEditor::read(const char* prompt) {
    if (library_ != nullptr) {
        char* line = library_->readline(prompt);
        if (line == nullptr || Loop::signal_caught() != 0) {
            std::free(line);
            return std::nullopt;
        }
        std::string text = line;
        std::free(line);
        if (!text.empty()) library_->add_history(text.c_str());
        return text;
    }
    if (::isatty(0) == 1) write_all(2, prompt, "standard error");
    std::string text;
    for (char c = 0;;) {
        const ssize_t n = ::read(0, &c, 1);
        if (n < 0 && errno == EINTR && Loop::signal_caught() == 0) continue;
        if (n <= 0) return n == 0 && !text.empty() ? std::optional{text} : std::nullopt;
        if (c == '\n') return text;
        text += c;
    }
}

}  // namespace llm
