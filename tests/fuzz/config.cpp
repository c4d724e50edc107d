// Whatever stands in the file, it is settings or an Error{config}: no crash, and nothing of it breaks what
// asks for models.
#include "base/error.hpp"
#include "chat/model.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

template <typename Ask>
void config_error_or_nothing(Ask ask) {
    try {
        ask();
    } catch (const llm::Error& e) {
        if (e.fault != llm::Fault::config) std::abort();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace llm;
    static const Environment environment{{{"HOME", "/nowhere"}, {"OPENAI_API_KEY", "k"}}};
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    config_error_or_nothing([&] {
        const Settings settings = Settings::parse(text, "config.toml", environment);
        const Models models{settings, environment};
        models.list();
        models.names();
        check_all(settings, environment);
        for (const SettingEntry& entry : setting_table()) {
            settings.origin(entry.path);
            config_error_or_nothing([&] { settings.check(entry.path); });
        }
        config_error_or_nothing([&] { settings.words("provider.x.key_command"); });
        config_error_or_nothing([&] { settings.keep("log.keep"); });
        config_error_or_nothing([&] { models.resolve(models.default_model()); });
        config_error_or_nothing([&] { models.resolve(text.substr(0, 40)); });
    });
    return 0;
}
