/// Answers every POST with one fixed chat completion, so many milliseconds after the request was read. One
/// thread, epoll: at 64 requests in flight it is never what is measured. Loopback only.
///
///   latency_server MILLISECONDS [PORT]
///
/// Prints {"port": N} when it answers. A body that asks for "stream":true gets server-sent events.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

namespace {

using Clock = std::chrono::steady_clock;

const std::string whole_body =
    R"({"id":"chatcmpl-1","object":"chat.completion","created":1790000000,"model":"fixed","choices":[{"index":)"
    R"(0,"message":{"role":"assistant","content":"The answer is 42.","refusal":null},"logprobs":null,)"
    R"("finish_reason":"stop"}],"usage":{"prompt_tokens":12,"completion_tokens":7,"total_tokens":19}})";

std::string event(const std::string& rest) {
    return R"(data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1790000000,"model":"fixed",)" +
           rest + "}\n\n";
}

const std::string stream_body =
    event(R"("choices":[{"index":0,"delta":{"content":"The answer is 42."},"finish_reason":null}])") +
    event(R"("choices":[{"index":0,"delta":{},"finish_reason":"stop"}])") +
    event(R"("choices":[],"usage":{"prompt_tokens":12,"completion_tokens":7,"total_tokens":19})") +
    "data: [DONE]\n\n";

std::string response(const std::string& type, const std::string& body) {
    return "HTTP/1.1 200 OK\r\nContent-Type: " + type + "\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
}

struct Due {
    Clock::time_point at;
    int socket;
    unsigned long connection;
    bool stream;
};

struct Connection {
    unsigned long number = 0;
    std::string buffer;
};

/// The size of the request at the front of `buffer`, 0 while it is not all there.
std::size_t request_size(std::string_view buffer) {
    const auto end = buffer.find("\r\n\r\n");
    if (end == std::string_view::npos) return 0;
    std::size_t length = 0;
    for (std::size_t line = 0; line < end; line = buffer.find("\r\n", line) + 2) {
        constexpr std::string_view name = "content-length:";
        const std::string_view head = buffer.substr(line, name.size());
        const auto alike = [](char a, char b) { return (a | 0x20) == (b | 0x20); };
        if (!std::ranges::equal(head, name, alike)) continue;
        length = std::strtoul(buffer.data() + line + name.size(), nullptr, 10);
    }
    const std::size_t size = end + 4 + length;
    return buffer.size() >= size ? size : 0;
}

[[noreturn]] void fail(const char* what) {
    std::perror(what);
    std::exit(1);
}

int listen_on(unsigned short port) {
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int yes = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0) fail("bind");
    if (listen(listener, 1024) < 0) fail("listen");
    socklen_t size = sizeof address;
    getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
    std::printf("{\"port\":%d}\n", ntohs(address.sin_port));
    std::fflush(stdout);
    return listener;
}

class Server {
public:
    Server(std::chrono::milliseconds latency, unsigned short port)
        : latency_(latency), listener_(listen_on(port)), poller_(epoll_create1(EPOLL_CLOEXEC)) {
        watch(listener_);
    }

    void run() {
        for (;;) {
            epoll_event ready[256];
            const int count = wait(ready, 256);
            for (int at = 0; at < count; ++at) {
                if (ready[at].data.fd == listener_) accept_all();
                else read_some(ready[at].data.fd);
            }
            answer_due();
        }
    }

private:
    /// Sleeps until something can be read or the oldest request is due, to the microsecond.
    int wait(epoll_event* ready, int most) {
        timespec left{3600, 0};
        if (!due_.empty()) {
            const auto rest = std::max(Clock::duration::zero(), due_.front().at - Clock::now());
            const auto count = std::chrono::duration_cast<std::chrono::nanoseconds>(rest).count();
            left = {count / 1'000'000'000, count % 1'000'000'000};
        }
        return epoll_pwait2(poller_, ready, most, &left, nullptr);
    }

    void watch(int socket) const {
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.fd = socket;
        epoll_ctl(poller_, EPOLL_CTL_ADD, socket, &event);
    }

    void accept_all() {
        for (;;) {
            const int socket = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
            if (socket < 0) return;
            const int yes = 1;
            setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
            connections_[socket] = {++last_, {}};
            watch(socket);
        }
    }

    void read_some(int socket) {
        auto& connection = connections_[socket];
        char bytes[65536];
        const ssize_t count = read(socket, bytes, sizeof bytes);
        if (count <= 0) {
            close(socket);
            connections_.erase(socket);
            return;
        }
        connection.buffer.append(bytes, static_cast<std::size_t>(count));
        while (const auto size = request_size(connection.buffer)) {
            const auto request = std::string_view(connection.buffer).substr(0, size);
            const bool stream = request.find(R"("stream":true)") != std::string_view::npos;
            due_.push_back({Clock::now() + latency_, socket, connection.number, stream});
            connection.buffer.erase(0, size);
        }
    }

    void answer_due() {
        const auto now = Clock::now();
        for (; !due_.empty() && due_.front().at <= now; due_.pop_front()) {
            const Due& due = due_.front();
            const auto found = connections_.find(due.socket);
            if (found == connections_.end() || found->second.number != due.connection) continue;
            const std::string& answer = due.stream ? stream_ : whole_;
            if (write(due.socket, answer.data(), answer.size()) < 0) std::perror("write");
        }
    }

    std::chrono::milliseconds latency_;
    int listener_;
    int poller_;
    unsigned long last_ = 0;
    std::unordered_map<int, Connection> connections_;
    std::deque<Due> due_;
    std::string whole_ = response("application/json", whole_body);
    std::string stream_ = response("text/event-stream", stream_body);
};

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fputs("usage: latency_server MILLISECONDS [PORT]\n", stderr);
        return 2;
    }
    std::signal(SIGPIPE, SIG_IGN);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    Server(std::chrono::milliseconds(std::atol(argv[1])),
           static_cast<unsigned short>(argc > 2 ? std::atoi(argv[2]) : 0)).run();
}
