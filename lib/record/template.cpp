#include "record/template.hpp"

#include "base/ascii.hpp"
#include "base/error.hpp"

#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#endif
#include <kainjow/mustache.hpp>
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

#include <optional>
#include <vector>

namespace llm {
namespace {

namespace mustache = kainjow::mustache;

/// kainjow's context is asked for variables and sections alike. A mark in front of a variable's name tells them apart, so that a missing
/// variable can be an error and an object can print as JSON.
constexpr char variable_mark = '\x01';
/// Member of each converted object that says where it stands in the record, as a JSON pointer.
const std::string place_member = "\x02";

/// The template with its variables marked; the names it mentions are added to `names`.
std::string marked(std::string_view text, std::set<std::string>& names, std::string_view title) {
    std::string out, open = "{{", close = "}}";
    std::size_t at = 0;
    while (true) {
        const std::size_t tag = text.find(open, at);
        out.append(text.substr(at, tag == std::string_view::npos ? tag : tag - at));
        if (tag == std::string_view::npos) return out;
        std::size_t from = tag + open.size();
        const bool triple = open == "{{" && from < text.size() && text[from] == '{';
        const std::string end = triple ? "}}}" : close;
        const std::size_t stop = text.find(end, from);
        if (stop == std::string_view::npos)
            throw Error(Fault::usage, "{}: the tag that begins with '{}' is not closed by '{}'", title, text.substr(tag, 20), end);
        at = stop + end.size();
        if (triple) ++from;
        std::string_view inner = text.substr(from, stop - from);
        const char kind = triple ? '&' : inner.empty() ? '\0' : inner.front();
        if (kind == '=') {
            out.append(text.substr(tag, at - tag));
            const std::string_view both = trimmed(inner.substr(1, inner.size() >= 2 ? inner.size() - 2 : 0));
            const std::size_t blank = both.find(' ');
            if (blank == std::string_view::npos) throw Error(Fault::usage, "{}: '{}' sets no two delimiters", title, inner);
            open = both.substr(0, blank);
            close = trimmed(both.substr(blank));
            continue;
        }
        if (kind == '>') throw Error(Fault::usage, "{}: partials ('{}') are not supported; put the text in its place", title, trimmed(inner));
        if (kind == '!') continue;
        const bool has_sign = !triple && (kind == '#' || kind == '^' || kind == '/' || kind == '&');
        const std::string_view name = trimmed(has_sign ? inner.substr(1) : inner);
        if (name.empty()) throw Error(Fault::usage, "{}: a tag without a name at byte {}", title, tag + 1);
        if (name != ".") names.emplace(name.substr(0, name.find('.')));
        if (has_sign && kind != '&') {
            out.append(open).append(1, kind).append(name).append(close);
        } else {
            out.append(open).append("&").append(1, variable_mark).append(name).append(close);
        }
    }
}

mustache::data converted(const Json& j, const std::string& place) {
    switch (j.type()) {
        case Json::value_t::object: {
            mustache::data object{mustache::data::type::object};
            for (const auto& [key, value] : j.items()) {
                std::string escaped;
                for (const char c : key) escaped += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
                object.set(key, converted(value, place + '/' + escaped));
            }
            object.set(place_member, mustache::data{place});
            return object;
        }
        case Json::value_t::array: {
            mustache::data list{mustache::data::type::list};
            std::size_t n = 0;
            for (const auto& value : j) list.push_back(converted(value, place + '/' + std::to_string(n++)));
            return list;
        }
        case Json::value_t::string: {
            const auto& text = j.get_ref<const std::string&>();
            return text.empty() ? mustache::data{false} : mustache::data{text};
        }
        case Json::value_t::boolean: return mustache::data{j.get<bool>()};
        case Json::value_t::null: return mustache::data{false};
        default: return mustache::data{dump(j)};
    }
}

std::string printed(const Json& j) {
    if (j.is_string()) return j.get<std::string>();
    return j.is_null() ? std::string{} : dump(j);
}

/// Looks names up for one rendering.
class Context final : public mustache::basic_context<std::string> {
public:
    Context(const Record& record, std::string_view title) : record_(record), title_(title), value_(record.value()), root_(converted(value_, "")) {
        stack_.push_back(&root_);
    }
    void push(const mustache::data* d) override { stack_.push_back(d); }
    void pop() override { stack_.pop_back(); }
    const mustache::data* get_partial(const std::string&) const override { return nullptr; }

    const mustache::data* get(const std::string& name) const override {
        if (!name.empty() && name.front() == variable_mark) {
            answer_ = mustache::data{variable(std::string_view{name}.substr(1))};
            return &answer_;
        }
        if (name == ".") return stack_.back();
        for (auto it = stack_.rbegin(); it != stack_.rend(); ++it) {
            const std::string first = name.substr(0, name.find('.'));
            const mustache::data* d = (*it)->get(first);
            if (d == nullptr) continue;
            for (std::size_t dot = name.find('.'); dot != std::string::npos && d != nullptr;) {
                const std::size_t next = name.find('.', dot + 1);
                d = d->get(name.substr(dot + 1, next == std::string::npos ? next : next - dot - 1));
                dot = next;
            }
            return d;
        }
        return nullptr;
    }

private:
    std::string variable(std::string_view name) const {
        if (name == ".") {
            const mustache::data* d = stack_.back();
            if (d->is_string()) return d->string_value();
            if (d->is_bool()) return d->is_true() ? "true" : "";
            if (const auto* place = d->get(place_member)) return printed(value_[Json::json_pointer{place->string_value()}]);
            return {};
        }
        const std::string first{name.substr(0, name.find('.'))};
        for (auto it = stack_.rbegin(); it != stack_.rend(); ++it) {
            const auto* place = (*it)->get(place_member);
            if (place == nullptr || (*it)->get(first) == nullptr) continue;
            const std::string& at = place->string_value();
            if (at.empty() && first == name) {
                const auto raw = record_.raw(name);
                if (raw && raw->front() != '"') return std::string{*raw};
            }
            const Json* j = &value_[Json::json_pointer{at}];
            for (std::string_view rest = name; !rest.empty();) {
                const std::size_t dot = rest.find('.');
                const std::string key{rest.substr(0, dot)};
                if (!j->is_object() || !j->contains(key)) missing(name, *j);
                j = &(*j)[key];
                rest = dot == std::string_view::npos ? std::string_view{} : rest.substr(dot + 1);
            }
            return printed(*j);
        }
        missing(name, value_);
    }

    [[noreturn]] void missing(std::string_view name, const Json& among) const {
        std::vector<std::string> there;
        if (among.is_object())
            for (const auto& [key, value] : among.items()) there.push_back(key);
        const std::size_t dot = name.rfind('.');
        const std::string near = nearest(dot == std::string_view::npos ? name : name.substr(dot + 1), there);
        throw Error(Fault::data, "{}: the record has no member '{}'{}", title_, name,
                    near.empty() ? "; {{#NAME}}…{{/NAME}} leaves a part out where it is missing" : "; did you mean '" + near + "'?");
    }

    const Record& record_;
    std::string_view title_;
    Json value_;
    mustache::data root_;
    std::vector<const mustache::data*> stack_;
    mutable mustache::data answer_;
};

}  // namespace

struct Template::Parsed {
    mustache::mustache engine;
};

Template::Template(std::string text, std::string_view name) : text_(std::move(text)), name_(name) {
    parsed_ = std::make_unique<Parsed>(Parsed{mustache::mustache{marked(text_, names_, name_)}});
    if (!parsed_->engine.is_valid()) throw Error(Fault::usage, "{}: {}", name_, parsed_->engine.error_message());
    parsed_->engine.set_custom_escape([](const std::string& s) { return s; });
}

Template::~Template() = default;
Template::Template(Template&&) noexcept = default;
Template& Template::operator=(Template&&) noexcept = default;

std::string Template::render(const Record& record) const {
    Context context{record, name_};
    std::string out = parsed_->engine.render(context);
    if (!parsed_->engine.is_valid()) throw Error(Fault::data, "{}: {}", name_, parsed_->engine.error_message());
    return out;
}

}  // namespace llm
