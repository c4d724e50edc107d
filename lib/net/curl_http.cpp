#include "net/http.hpp"

#include "base/ascii.hpp"
#include "net/curl_api.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <exception>
#include <set>
#include <unistd.h>
#include <unordered_map>
#include <utility>
#include <vector>

namespace llm {
namespace {

constexpr std::size_t error_body_limit = 1 << 20;
constexpr std::size_t expecting = 1024;  // from a size on libcurl asks first whether the server wants the body (1 KiB in old releases, 1 MiB today)
constexpr double grace = .25;  // for the end of a stream whose answer is complete

enum class Method { get,
                    post,
                    remove };

/// HTTP/2 is spoken over TLS alone, where the handshake agrees on it.
bool shares_connections(std::string_view url) { return url.starts_with("https:"); }

/// Headers that most answers have and nobody reads.
constexpr std::array<std::string_view, 7> of_no_use{"server", "date", "content-type", "content-length", "connection", "transfer-encoding", "keep-alive"};

class CurlHttp;

/// One exchange; lives in the coroutine's frame. `easy` is borrowed from the pool.
struct Exchange {
    CurlHttp& owner;
    const HttpCall& call;
    CURL* easy = nullptr;
    HttpOutcome outcome;
    Http::OnBody on_body;
    double idle;
    Instant last_byte{};
    Instant connect_by = Instant::max();  ///< libcurl's own limit does not run while it waits for another's connection
    curl_off_t sent = 0;     ///< bytes of the request's body gone out when last looked
    Loop::TimerId timer{};
    bool timer_armed = false;
    bool connected = false;
    bool satisfied = false;  ///< the answer is complete
    bool idled = false;      ///< gave up waiting for the next byte
    bool swallowed = false;  ///< libcurl was about to send it a second time
    bool once;               ///< the request may do harm when it is sent twice
    int tries = 0;           ///< of libcurl's own
    bool running = false;
    std::exception_ptr thrown;
    CURLcode result = CURLE_OK;
    std::array<char, CURL_ERROR_SIZE> words{};
    std::coroutine_handle<> waiter;

    Exchange(CurlHttp& o, Method method, const HttpCall& c, Http::OnBody b, double idle_seconds)
        : owner(o), call(c), on_body(std::move(b)), idle(idle_seconds), once(method == Method::post) {}
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;
    ~Exchange();

    bool ok() const { return outcome.status >= 200 && outcome.status < 300; }
    void end(CURLcode code);
    void arm(Instant);
    bool is_connected() const;
    bool is_sending();
    bool request_is_out() const;
    bool is_given_back() const;
    bool is_unsent() const;
    void tick();

    bool await_ready() const noexcept { return !running; }
    void await_suspend(std::coroutine_handle<> h) noexcept { waiter = h; }
    void await_resume() const noexcept {}
};

class CurlHttp final : public Http {
public:
    explicit CurlHttp(Loop& loop) : loop_(loop) {}
    CurlHttp(const CurlHttp&) = delete;
    CurlHttp& operator=(const CurlHttp&) = delete;
    ~CurlHttp() override {
        if (multi_ == nullptr) return;
        const CurlApi& c = curl_api();
        if (timer_armed_) loop_.cancel(timer_);
        for (auto& p : pool_) {
            c.easy_cleanup(p.easy);
            c.slist_free_all(p.list);
        }
        c.multi_cleanup(multi_);
    }

    Task<HttpOutcome> post(const HttpCall& call, HttpLimits limits, OnBody on_body) override {
        return exchange(Method::post, call, limits, std::move(on_body));
    }
    Task<HttpOutcome> get(const HttpCall& call, HttpLimits limits, OnBody on_body) override {
        return exchange(Method::get, call, limits, std::move(on_body));
    }
    Task<HttpOutcome> remove(const HttpCall& call, HttpLimits limits, OnBody on_body) override {
        return exchange(Method::remove, call, limits, std::move(on_body));
    }

private:
    friend struct Exchange;
    /// An easy handle with the settings it was used with last: setting them again is half the cost of a small call.
    struct Pooled {
        CURL* easy;
        curl_slist* list;
        std::string url;
        HeaderLines headers;
        Method method;
        double connect;
        HttpCall::Proxy proxy = HttpCall::Proxy::of_environment;
        bool large = false;  ///< libcurl would ask first whether the server wants the body
    };

    struct Lease {
        CurlHttp& owner;
        Pooled pooled;
        Lease(CurlHttp& o, Pooled p) : owner(o), pooled(std::move(p)) {}
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;
        ~Lease() { owner.pool_.push_back(std::move(pooled)); }
    };

    Task<HttpOutcome> exchange(Method method, const HttpCall& call, HttpLimits limits, OnBody on_body) {
        const CurlApi& c = curl_api();
        open();
        const double left = std::chrono::duration<double>(limits.deadline - Steady::now()).count();
        if (left <= 0) {
            Error e(Fault::timeout, "the time was up before the request could be sent");
            e.unsent = true;
            throw e;
        }
        const Lease handle{*this, take(method, call, limits.connect)};  // outlives the exchange
        Exchange x{*this, method, call, std::move(on_body), limits.idle};
        x.easy = handle.pooled.easy;
        c.easy_setopt(x.easy, CURLOPT_PRIVATE, &x);
        c.easy_setopt(x.easy, CURLOPT_WRITEDATA, &x);
        c.easy_setopt(x.easy, CURLOPT_HEADERDATA, &x);
#if LIBCURL_VERSION_NUM >= 0x075000
        c.easy_setopt(x.easy, CURLOPT_PREREQDATA, &x);
#endif
        c.easy_setopt(x.easy, CURLOPT_ERRORBUFFER, x.words.data());
        // rounded up: one that ends before the deadline would be taken for a connection that was never made
        c.easy_setopt(x.easy, CURLOPT_TIMEOUT_MS, left > 1e6 ? 0L : static_cast<long>(std::ceil(left * 1000)));
        if (method == Method::post) {
            c.easy_setopt(x.easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(call.body.size()));
            c.easy_setopt(x.easy, CURLOPT_POSTFIELDS, call.body.c_str());
        }
        x.last_byte = Steady::now();
        x.running = true;
        if (const CURLMcode code = c.multi_add_handle(multi_, x.easy); code != CURLM_OK) {
            x.running = false;
            throw Error(Fault::internal, "libcurl: {}", c.multi_strerror(code));
        }
        if (shares_connections(call.url)) x.connect_by = after(x.last_byte, limits.connect);
        if (x.idle < 1e6 || x.connect_by != Instant::max()) x.arm(std::min(after(x.last_byte, x.idle), x.connect_by));
        co_await x;
        if (x.thrown) std::rethrow_exception(x.thrown);
        try {
            judge(x, call, limits);
        } catch (Error& e) {
            e.unsent = x.is_unsent();
            throw;
        }
        co_return std::move(x.outcome);
    }

    void judge(const Exchange& x, const HttpCall& call, const HttpLimits& limits) {
        if (x.satisfied || x.result == CURLE_OK) return;
        if (!x.ok() && x.outcome.error_body.size() >= error_body_limit) return;
        const std::string host = call.url.substr(0, call.url.find('/', call.url.find("//") + 2));
        if (x.swallowed) throw Error(Fault::unreachable, "no answer from {}: it closed the connection on which the request was sent", host);
        const char* why = x.words[0] != '\0' ? x.words.data() : curl_api().easy_strerror(x.result);
        if (x.idled) throw Error(Fault::timeout, "{} sent nothing for {} s (--idle-timeout)", host, limits.idle);
        switch (x.result) {
            case CURLE_OPERATION_TIMEDOUT:
                if (!x.connected && Steady::now() < limits.deadline)
                    throw Error(Fault::unreachable, "no connection to {} within {} s", host, limits.connect);
                throw Error(Fault::timeout, "{} did not answer in the time given (--timeout)", host);
            case CURLE_PEER_FAILED_VERIFICATION:
            case CURLE_SSL_CACERT_BADFILE:
            case CURLE_SSL_ISSUER_ERROR: {
                Error e(Fault::unreachable, "the certificate of {} is not trusted: {}; name your own authority in SSL_CERT_FILE", host, why);
                e.for_good = true;
                throw e;
            }
            case CURLE_UNSUPPORTED_PROTOCOL:
                if (x.request_is_out()) throw Error(Fault::provider, "{} answers something that is no HTTP: {}", host, why);
                [[fallthrough]];
            case CURLE_URL_MALFORMAT: throw Error(Fault::config, "'{}' is no address to call: {}; correct base_url", host, why);
            case CURLE_PARTIAL_FILE:
            case CURLE_RECV_ERROR:
            case CURLE_SEND_ERROR:
            case CURLE_HTTP2:
            case CURLE_HTTP2_STREAM:
            case CURLE_WEIRD_SERVER_REPLY:
            case CURLE_BAD_CONTENT_ENCODING:
                if (x.outcome.status != 0) throw Error(Fault::provider, "{} broke off amid its answer: {}", host, why);
                break;
            default: break;
        }
        throw Error(Fault::unreachable, "no answer from {}: {}", host, why);
    }

    void open() {
        if (multi_ != nullptr) return;
        const CurlApi& c = curl_api();
        multi_ = c.multi_init();
        c.multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &CurlHttp::on_socket);
        c.multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
        c.multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &CurlHttp::on_timer);
        c.multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
        c.multi_setopt(multi_, CURLMOPT_MAXCONNECTS, 1024L);
    }

    Pooled take(Method method, const HttpCall& call, double connect) {
        const CurlApi& c = curl_api();
        Pooled p{};
        if (!pool_.empty()) {
            p = std::move(pool_.back());
            pool_.pop_back();
        } else {
            p.easy = c.easy_init();
            p.connect = -1;
            c.easy_setopt(p.easy, CURLOPT_NOSIGNAL, 1L);
            c.easy_setopt(p.easy, CURLOPT_FOLLOWLOCATION, 0L);
            c.easy_setopt(p.easy, CURLOPT_USERAGENT, "llm-utils/0.1");
#if LIBCURL_VERSION_NUM >= 0x075500
            c.easy_setopt(p.easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
            c.easy_setopt(p.easy, CURLOPT_PROTOCOLS, static_cast<long>(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
            c.easy_setopt(p.easy, CURLOPT_WRITEFUNCTION, &CurlHttp::on_write);
            c.easy_setopt(p.easy, CURLOPT_HEADERFUNCTION, &CurlHttp::on_header);
#if LIBCURL_VERSION_NUM >= 0x075000
            c.easy_setopt(p.easy, CURLOPT_PREREQFUNCTION, &CurlHttp::on_request);
#endif
            c.easy_setopt(p.easy, CURLOPT_TCP_NODELAY, 1L);
            c.easy_setopt(p.easy, CURLOPT_SOCKOPTFUNCTION, &CurlHttp::on_open);
            c.easy_setopt(p.easy, CURLOPT_SOCKOPTDATA, this);
            c.easy_setopt(p.easy, CURLOPT_CLOSESOCKETFUNCTION, &CurlHttp::on_close);
            c.easy_setopt(p.easy, CURLOPT_CLOSESOCKETDATA, this);
            c.easy_setopt(p.easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);  // a proxy's answer is not the provider's
            for (const char* name : {"CURL_CA_BUNDLE", "SSL_CERT_FILE"})
                if (const char* file = std::getenv(name); file != nullptr && *file != '\0') {
                    c.easy_setopt(p.easy, CURLOPT_CAINFO, file);
                    break;
                }
            p.method = method == Method::post ? Method::get : Method::post;
        }
        if (p.url != call.url) {
            p.url = call.url;
            c.easy_setopt(p.easy, CURLOPT_URL, p.url.c_str());
            // whether the server takes many requests on one connection is known after the first handshake, and only there
            c.easy_setopt(p.easy, CURLOPT_PIPEWAIT, shares_connections(p.url) ? 1L : 0L);
        }
        if (p.method != method) {
            p.method = method;
            c.easy_setopt(p.easy, method == Method::post ? CURLOPT_POST : CURLOPT_HTTPGET, 1L);
            c.easy_setopt(p.easy, CURLOPT_CUSTOMREQUEST, method == Method::remove ? "DELETE" : static_cast<const char*>(nullptr));
        }
        if (p.proxy != call.proxy) {
            p.proxy = call.proxy;
            c.easy_setopt(p.easy, CURLOPT_PROXY, call.proxy == HttpCall::Proxy::none ? "" : static_cast<const char*>(nullptr));
        }
        if (p.connect != connect) {
            p.connect = connect;
            c.easy_setopt(p.easy, CURLOPT_CONNECTTIMEOUT_MS, std::max(1L, static_cast<long>(std::min(connect, 1e6) * 1000)));
        }
        const bool large = call.body.size() >= expecting;
        if (p.list == nullptr || p.large != large || !(p.headers == call.headers)) {
            p.large = large;
            c.slist_free_all(p.list);
            p.headers = call.headers;
            p.list = nullptr;
            if (p.large) p.list = c.slist_append(p.list, "Expect:");  // no round trip before it
            for (const auto& h : p.headers) p.list = c.slist_append(p.list, h.c_str());
            c.easy_setopt(p.easy, CURLOPT_HTTPHEADER, p.list);
        }
        return p;
    }

    /// Before the request is written to a connection. libcurl writes it again by itself where a connection that was used before has ended without
    /// an answer; but the server may have read it, and would be paid twice.
    static int on_request(void* user, char*, char*, int, int) {
        auto& x = *static_cast<Exchange*>(user);
        x.swallowed = x.tries++ > 0 && x.once && !x.is_given_back();
        return x.swallowed ? 1 : 0;  // CURL_PREREQFUNC_ABORT, …_OK
    }

    static std::size_t on_write(char* data, std::size_t, std::size_t size, void* user) {
        auto& x = *static_cast<Exchange*>(user);
        x.last_byte = x.owner.now_;
        if (!x.ok()) {
            x.outcome.error_body.append(data, std::min(size, error_body_limit - x.outcome.error_body.size()));
            return x.outcome.error_body.size() >= error_body_limit ? 0 : size;
        }
        if (x.outcome.first_byte == Instant{}) x.outcome.first_byte = x.last_byte;
        if (x.satisfied) return size;
        try {
            if (!x.on_body({data, size})) {
                x.satisfied = true;
                x.arm(after(x.last_byte, grace));
            }
        } catch (...) {
            x.thrown = std::current_exception();
            return 0;
        }
        return size;
    }

    static std::size_t on_header(char* data, std::size_t, std::size_t size, void* user) {
        auto& x = *static_cast<Exchange*>(user);
        x.connected = true;
        x.last_byte = x.owner.now_;
        std::string_view line{data, size};
        while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
        if (line.starts_with("HTTP/")) {  // also after 100 Continue or a proxy's own answer
            x.outcome.headers.clear();
            const std::size_t space = line.find(' ');
            if (line.starts_with("HTTP/2")) x.owner.streams_.insert(x.call.url);
            x.outcome.status = space == std::string_view::npos ? 0 : std::atoi(std::string{line.substr(space + 1, 3)}.c_str());
            return size;
        }
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos) return size;
        std::string name = lower_ascii(line.substr(0, colon));
        if (x.ok() && among(of_no_use, name)) return size;
        std::string_view value = line.substr(colon + 1);
        while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) value.remove_prefix(1);
        x.outcome.headers.insert_or_assign(std::move(name), value);
        return size;
    }

    /// libcurl has opened a connection; from now on its descriptor stays with the loop between two exchanges, because taking it
    /// out and putting it back is two system calls a call. The descriptors of libcurl's own (its resolver) come and go.
    static int on_open(void* user, curl_socket_t fd, curlsocktype) {
        static_cast<CurlHttp*>(user)->sockets_[fd].connection = true;
        return CURL_SOCKOPT_OK;
    }

    static int on_close(void* user, curl_socket_t fd) {
        auto& self = *static_cast<CurlHttp*>(user);
        self.loop_.forget(fd);
        self.sockets_.erase(fd);
        return ::close(fd);
    }

    static int on_socket(CURL*, curl_socket_t fd, int what, void* user, void*) {
        auto& self = *static_cast<CurlHttp*>(user);
        Socket& socket = self.sockets_[fd];
        if (what == CURL_POLL_REMOVE) {
            if (socket.connection && socket.events == Loop::read) {
                socket.idle = true;
                return 0;
            }
            self.loop_.forget(fd);
            socket.events = Loop::none;
            if (!socket.connection) self.sockets_.erase(fd);
            return 0;
        }
        unsigned events = Loop::none;
        if (what & CURL_POLL_IN) events |= Loop::read;
        if (what & CURL_POLL_OUT) events |= Loop::write;
        socket.idle = false;
        const unsigned before = std::exchange(socket.events, events);
        if (before == Loop::none) self.loop_.watch(fd, events, [&self, fd](unsigned ready) { self.ready(fd, ready); });
        else self.loop_.change(fd, events);
        return 0;
    }

    void ready(curl_socket_t fd, unsigned events) {
        if (const auto it = sockets_.find(fd); it != sockets_.end() && it->second.idle) {  // the server has hung up between two calls
            loop_.forget(fd);
            it->second.events = Loop::none;
            return;
        }
        int bits = 0;
        if (events & Loop::read) bits |= CURL_CSELECT_IN;
        if (events & Loop::write) bits |= CURL_CSELECT_OUT;
        if (events & Loop::hangup) bits |= CURL_CSELECT_IN | CURL_CSELECT_ERR;
        act(fd, bits);
    }

    static int on_timer(CURLM*, long ms, void* user) {
        auto& self = *static_cast<CurlHttp*>(user);
        if (self.timer_armed_) self.loop_.cancel(self.timer_);
        self.timer_armed_ = ms >= 0;
        if (ms >= 0)
            self.timer_ = self.loop_.at(Steady::now() + std::chrono::milliseconds(ms), [&self] {
                self.timer_armed_ = false;
                self.act(CURL_SOCKET_TIMEOUT, 0);
            });
        return 0;
    }

    void act(curl_socket_t fd, int bits) {
        int running = 0;
        now_ = Steady::now();  // what one round brings in, it brings in now: a look at the clock for each header costs as much as reading it
        curl_api().multi_socket_action(multi_, fd, bits, &running);
        collect();
    }

    void collect() {
        const CurlApi& c = curl_api();
        int left = 0;
        while (CURLMsg* m = c.multi_info_read(multi_, &left)) {
            if (m->msg != CURLMSG_DONE) continue;
            Exchange* x = nullptr;
            const CURLcode code = m->data.result;
            c.easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &x);
            x->end(code);
        }
    }

    Loop& loop_;
    CURLM* multi_ = nullptr;
    std::vector<Pooled> pool_;
    struct Socket {
        unsigned events = Loop::none;  ///< what the loop watches it for
        bool connection = false;       ///< not one of libcurl's own
        bool idle = false;             ///< libcurl does not want to hear of it now
    };
    std::unordered_map<curl_socket_t, Socket> sockets_;
    Loop::TimerId timer_{};
    bool timer_armed_ = false;
    Instant now_{};  ///< when the round at work began
    std::set<std::string> streams_;  ///< addresses that have answered in HTTP/2
};

Exchange::~Exchange() {
    if (timer_armed) owner.loop_.cancel(timer);
    if (running) curl_api().multi_remove_handle(owner.multi_, easy);
}

bool Exchange::is_connected() const {
    if (connected) return true;
    curl_off_t begun = 0;
    curl_api().easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &begun);
    return begun != 0;
}

/// Not yet connected (that has a limit of its own), or more of the request has gone out since last asked.
bool Exchange::is_sending() {
    if (connected) return false;
    if (!is_connected()) return true;
    curl_off_t out = 0;
    curl_api().easy_getinfo(easy, CURLINFO_SIZE_UPLOAD_T, &out);
    return std::exchange(sent, out) != out;
}

bool Exchange::request_is_out() const {
    long size = 0;
    curl_api().easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &size);
    return size > 0;
}

/// Whether what libcurl has sent and wants to send again came back unread: nothing of it went out, or the server has refused the stream (RFC 9113,
/// 8.7: such a request was not processed). A connection that breaks under its streams leaves words in the buffer, a refusal does not.
bool Exchange::is_given_back() const { return !request_is_out() || (owner.streams_.count(call.url) != 0 && words[0] == '\0'); }

/// Whether it is sure that no server has the whole request. libcurl gives up after five refusals; what has ended otherwise is not sure.
bool Exchange::is_unsent() const {
    if (swallowed || outcome.status != 0) return false;
    if (std::string_view{words.data()}.starts_with("Connection died, tried")) return true;
    curl_off_t out = 0;
    curl_api().easy_getinfo(easy, CURLINFO_SIZE_UPLOAD_T, &out);
    return static_cast<std::size_t>(out) < call.body.size();
}

/// Takes the exchange off the engine and wakes who waits for it.
void Exchange::end(CURLcode code) {
    result = code;
    running = false;
    curl_api().multi_remove_handle(owner.multi_, easy);
    if (timer_armed) {
        owner.loop_.cancel(timer);
        timer_armed = false;
    }
    if (waiter) waiter.resume();
}

void Exchange::arm(Instant t) {
    if (timer_armed) owner.loop_.cancel(timer);
    timer_armed = true;
    timer = owner.loop_.at(t, [this] {
        timer_armed = false;
        tick();
    });
}

void Exchange::tick() {
    const Instant now = Steady::now();
    if (connect_by != Instant::max() && is_connected()) connect_by = Instant::max();
    if (!satisfied && is_sending()) last_byte = now;
    const Instant next = std::min(after(last_byte, idle), connect_by);
    if (!satisfied && now < next) {
        arm(next);
        return;
    }
    idled = !satisfied && now < connect_by;
    end(CURLE_OPERATION_TIMEDOUT);
}

}  // namespace

std::unique_ptr<Http> make_curl_http(Loop& loop) { return std::make_unique<CurlHttp>(loop); }

}  // namespace llm
