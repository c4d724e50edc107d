/// A server on a real socket that is told what to answer to each connection.
#pragma once

#include "support/catch.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <atomic>
#include <chrono>
#include <fmt/format.h>
#include <mutex>
#include <netinet/in.h>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace llm {

inline std::string answer_of(std::string_view status, std::string_view headers, std::string_view body) {
    return fmt::format("HTTP/1.1 {}\r\nContent-Type: application/json\r\nConnection: close\r\n{}Content-Length: {}\r\n\r\n{}", status, headers, body.size(), body);
}
inline std::string refusal(std::string_view status, std::string_view headers = "") { return answer_of(status, headers, R"({"error":{"message":"no"}})"); }

/// Answers the n-th connection with the n-th of the script, the last one ever after; an empty answer closes before the headers.
class Scripted {
public:
    /// Nothing, until the caller hangs up.
    static inline const std::string silence = "\1silence";
    /// What stands behind it, as soon as anything has come: the other side does not speak HTTP.
    static inline const std::string at_once = "\1at once";
    /// Between pieces: each goes out by itself, a twentieth of a second after the one before.
    static inline const std::string pause = "\1pause";
    /// What stands behind it, a byte each hundredth of a second until the caller hangs up, from the beginning ever again.
    static inline const std::string drip = "\1drip";

    explicit Scripted(std::vector<std::string> script) : script_(std::move(script)) {
        listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof at;
        REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&at), size) == 0);
        REQUIRE(::listen(listener_, 64) == 0);
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &size);
        port = ntohs(at.sin_port);
        thread_ = std::thread([this] { serve(); });
    }
    ~Scripted() {
        over_ = true;
        thread_.join();
        ::close(listener_);
    }
    int port = 0;
    std::atomic<int> asked{0};

private:
    void serve() {
        while (!over_) {
            pollfd p{listener_, POLLIN, 0};
            if (::poll(&p, 1, 20) <= 0) continue;
            const int fd = ::accept(listener_, nullptr, nullptr);
            if (fd < 0) continue;
            const auto n = static_cast<std::size_t>(asked++);
            std::string_view says = script_[std::min(n, script_.size() - 1)];
            if (says.starts_with(at_once)) {
                char block[4096];
                [[maybe_unused]] const auto got = ::recv(fd, block, sizeof block, 0);
                says.remove_prefix(at_once.size());
            } else {
                read_request(fd);
            }
            if (says.starts_with(drip)) {
                trickle(fd, says.substr(drip.size()));
            } else if (says != silence) {
                for (std::size_t at = says.find(pause); at != says.npos; at = says.find(pause)) {
                    [[maybe_unused]] const auto sent = ::send(fd, says.data(), at, MSG_NOSIGNAL);
                    says.remove_prefix(at + pause.size());
                    std::this_thread::sleep_for(std::chrono::milliseconds(50));
                }
                [[maybe_unused]] const auto sent = ::send(fd, says.data(), says.size(), MSG_NOSIGNAL);
                ::shutdown(fd, SHUT_WR);
            }
            char rest[256];
            while (::recv(fd, rest, sizeof rest, 0) > 0) {
            }
            ::close(fd);
        }
    }
    void trickle(int fd, std::string_view bytes) {
        for (std::size_t i = 0; !over_ && ::send(fd, &bytes[i % bytes.size()], 1, MSG_NOSIGNAL) == 1; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    static void read_request(int fd) {
        std::string got;
        char block[4096];
        while (got.find("\r\n\r\n") == std::string::npos || (got.back() != '}' && !got.starts_with("CONNECT") && !got.starts_with("GET"))) {
            const ssize_t n = ::recv(fd, block, sizeof block, 0);
            if (n <= 0) return;
            got.append(block, static_cast<std::size_t>(n));
        }
    }
    std::vector<std::string> script_;
    int listener_ = -1;
    std::atomic<bool> over_{false};
    std::thread thread_;
};

}  // namespace llm
