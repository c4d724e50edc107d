#include "net/curl_api.hpp"

#include "base/error.hpp"

#include <dlfcn.h>

namespace llm {
namespace {

CurlApi load() {
    void* lib = nullptr;
    for (const char* name : {"libcurl.so.4", "libcurl-gnutls.so.4"})
        if (lib == nullptr) lib = ::dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (lib == nullptr) throw Error(Fault::config, "libcurl cannot be opened: {}; install Debian's libcurl4", ::dlerror());
    const auto get = [lib](auto& f, const char* symbol) {
        f = reinterpret_cast<std::remove_reference_t<decltype(f)>>(::dlsym(lib, symbol));
        if (f == nullptr) throw Error(Fault::config, "libcurl has no {}; install Debian's libcurl4 7.68 or newer", symbol);
    };
    CurlApi a{};
    get(a.global_init, "curl_global_init");
    get(a.easy_init, "curl_easy_init");
    get(a.easy_cleanup, "curl_easy_cleanup");
    get(a.easy_setopt, "curl_easy_setopt");
    get(a.easy_getinfo, "curl_easy_getinfo");
    get(a.easy_strerror, "curl_easy_strerror");
    get(a.slist_append, "curl_slist_append");
    get(a.slist_free_all, "curl_slist_free_all");
    get(a.multi_init, "curl_multi_init");
    get(a.multi_cleanup, "curl_multi_cleanup");
    get(a.multi_add_handle, "curl_multi_add_handle");
    get(a.multi_remove_handle, "curl_multi_remove_handle");
    get(a.multi_setopt, "curl_multi_setopt");
    get(a.multi_socket_action, "curl_multi_socket_action");
    get(a.multi_info_read, "curl_multi_info_read");
    get(a.multi_strerror, "curl_multi_strerror");
    if (a.global_init(CURL_GLOBAL_DEFAULT) != 0) throw Error(Fault::internal, "libcurl cannot be started");
    return a;
}

}  // namespace

const CurlApi& curl_api() {
    static const CurlApi api = load();
    return api;
}

}  // namespace llm
