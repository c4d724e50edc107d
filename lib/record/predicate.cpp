#include "record/predicate.hpp"

#include "base/error.hpp"

#include <dlfcn.h>
#include <unistd.h>

extern "C" {
#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpedantic"
#elif defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#endif
#include <jq.h>
#include <jv.h>

extern "C" [[gnu::weak]] jv_kind jv_get_kind(jv);  // jv.h has a static function that calls it, and GCC keeps that at -O0
#if defined(__clang__)
#pragma clang diagnostic pop
#elif defined(__GNUC__)
#pragma GCC diagnostic pop
#endif
}

namespace llm {
namespace {

/// libjq is opened here and not linked: loading it costs .65 ms, which a process without --when need not pay.
struct Api {
    decltype(&::jq_init) jq_init;
    decltype(&::jq_teardown) jq_teardown;
    decltype(&::jq_set_error_cb) jq_set_error_cb;
    decltype(&::jq_set_input_cb) jq_set_input_cb;
    decltype(&::jq_set_attr) jq_set_attr;
    decltype(&::jq_compile) jq_compile;
    decltype(&::jq_start) jq_start;
    decltype(&::jq_next) jq_next;
    decltype(&::jv_parse_sized) jv_parse_sized;
    decltype(&::jv_get_kind) jv_get_kind;
    decltype(&::jv_copy) jv_copy;
    decltype(&::jv_free) jv_free;
    decltype(&::jv_invalid_has_msg) jv_invalid_has_msg;
    decltype(&::jv_invalid_get_msg) jv_invalid_get_msg;
    decltype(&::jv_string_value) jv_string_value;
    decltype(&::jv_dump_string) jv_dump_string;
    decltype(&::jv_string) jv_string;
    decltype(&::jv_array) jv_array;
    decltype(&::jv_invalid) jv_invalid;

    Api() {
        void* lib = ::dlopen("libjq.so.1", RTLD_NOW | RTLD_LOCAL);
        if (lib == nullptr)
            throw Error(Fault::config, "--when and jq expressions need libjq: {}; install Debian's libjq1", ::dlerror());
        load(lib, jq_init, "jq_init");
        load(lib, jq_teardown, "jq_teardown");
        load(lib, jq_set_error_cb, "jq_set_error_cb");
        load(lib, jq_set_input_cb, "jq_set_input_cb");
        load(lib, jq_set_attr, "jq_set_attr");
        load(lib, jq_compile, "jq_compile");
        load(lib, jq_start, "jq_start");
        load(lib, jq_next, "jq_next");
        load(lib, jv_parse_sized, "jv_parse_sized");
        load(lib, jv_get_kind, "jv_get_kind");
        load(lib, jv_copy, "jv_copy");
        load(lib, jv_free, "jv_free");
        load(lib, jv_invalid_has_msg, "jv_invalid_has_msg");
        load(lib, jv_invalid_get_msg, "jv_invalid_get_msg");
        load(lib, jv_string_value, "jv_string_value");
        load(lib, jv_dump_string, "jv_dump_string");
        load(lib, jv_string, "jv_string");
        load(lib, jv_array, "jv_array");
        load(lib, jv_invalid, "jv_invalid");
    }

private:
    template <typename F>
    static void load(void* lib, F& f, const char* symbol) {
        f = reinterpret_cast<F>(::dlsym(lib, symbol));
        if (f == nullptr) throw Error(Fault::config, "libjq.so.1 has no {}; install Debian's libjq1", symbol);
    }
};

const Api& api() {
    static const Api loaded;
    return loaded;
}

/// jq takes $ENV from the environment while it compiles, and `env` while it runs. Keys live there, so it sees none.
class NoEnvironment {
public:
    NoEnvironment() : saved_(environ) { environ = nothing_; }
    ~NoEnvironment() { environ = saved_; }
    NoEnvironment(const NoEnvironment&) = delete;
    NoEnvironment& operator=(const NoEnvironment&) = delete;

private:
    char** saved_;
    char* nothing_[1] = {nullptr};
};

std::string message_of(jv value) {
    const Api& jq = api();
    if (jq.jv_get_kind(value) == JV_KIND_STRING) {
        std::string text = jq.jv_string_value(value);
        jq.jv_free(value);
        return text;
    }
    const jv dumped = jq.jv_dump_string(value, 0);
    std::string text = jq.jv_string_value(dumped);
    jq.jv_free(dumped);
    return text;
}

}  // namespace

struct JqProgram::State {
    jq_state* jq = nullptr;
    std::string program;
    std::string complaint;
    ~State() {
        if (jq != nullptr) api().jq_teardown(&jq);
    }

    /// The first output; JV_KIND_INVALID where there is none. Throws where the program raises.
    jv run(std::string_view record) {
        const Api& a = api();
        const NoEnvironment hidden;
        const jv input = a.jv_parse_sized(record.data(), static_cast<int>(record.size()));
        if (a.jv_get_kind(input) == JV_KIND_INVALID)
            throw Error(Fault::data, "jq cannot read the record: {}", message_of(a.jv_invalid_get_msg(input)));
        a.jq_start(jq, input, 0);
        const jv out = a.jq_next(jq);
        if (a.jv_get_kind(out) == JV_KIND_INVALID && a.jv_invalid_has_msg(a.jv_copy(out)) != 0)
            throw Error(Fault::data, "'{}' fails on this record: {}", program, message_of(a.jv_invalid_get_msg(out)));
        return out;
    }
};

JqProgram::JqProgram(const std::string& program) : state_(std::make_unique<State>()) {
    const Api& a = api();
    const NoEnvironment hidden;
    state_->program = program;
    state_->jq = a.jq_init();
    if (state_->jq == nullptr) throw Error(Fault::internal, "libjq cannot be started");
    // jq's own program sets both; without them `input` and `import` end the process.
    a.jq_set_input_cb(state_->jq, [](jq_state*, void*) { return api().jv_invalid(); }, nullptr);
    a.jq_set_attr(state_->jq, a.jv_string("JQ_LIBRARY_PATH"), a.jv_array());
    a.jq_set_error_cb(
        state_->jq,
        [](void* data, jv message) {
            auto& complaint = *static_cast<std::string*>(data);
            const std::string text = llm::message_of(message);
            if (complaint.empty()) complaint = text.substr(0, text.find('\n'));
        },
        &state_->complaint);
    if (a.jq_compile(state_->jq, program.c_str()) == 0)
        throw Error(Fault::usage, "'{}' is no jq program: {}", program,
                    state_->complaint.empty() ? "it does not compile" : state_->complaint);
}

JqProgram::~JqProgram() = default;
JqProgram::JqProgram(JqProgram&&) noexcept = default;
JqProgram& JqProgram::operator=(JqProgram&&) noexcept = default;

std::optional<std::string> JqProgram::first(std::string_view record) {
    const Api& a = api();
    const jv out = state_->run(record);
    if (a.jv_get_kind(out) == JV_KIND_INVALID) {
        a.jv_free(out);
        return std::nullopt;
    }
    const jv dumped = a.jv_dump_string(out, 0);
    std::string text = a.jv_string_value(dumped);
    a.jv_free(dumped);
    return text;
}

bool JqProgram::holds(std::string_view record) {
    const Api& a = api();
    const jv out = state_->run(record);
    const jv_kind kind = a.jv_get_kind(out);
    a.jv_free(out);
    return kind != JV_KIND_INVALID && kind != JV_KIND_FALSE && kind != JV_KIND_NULL;
}

}  // namespace llm
