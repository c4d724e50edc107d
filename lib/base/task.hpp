/// Task<T>: a coroutine that starts when awaited and hands its result or exception to the awaiter.
/// One thread, driven by base/loop. Destroying a Task that waits destroys its frame, and with it whatever it
/// waits for: awaited objects take themselves off the loop in their destructors.
#pragma once

#include "base/frames.hpp"

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

namespace llm {

template <typename T = void>
class Task;

namespace detail {

struct FinalAwaiter {
    bool await_ready() const noexcept { return false; }
    template <typename P>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<P> h) const noexcept {
        return h.promise().waiter ? h.promise().waiter : std::noop_coroutine();
    }
    void await_resume() const noexcept {}
};

struct PromiseBase {
    std::coroutine_handle<> waiter;
    std::exception_ptr error;
    std::suspend_always initial_suspend() const noexcept { return {}; }
    FinalAwaiter final_suspend() const noexcept { return {}; }
    void unhandled_exception() noexcept { error = std::current_exception(); }
#if !defined(__SANITIZE_ADDRESS__)  // there every frame is to be seen going
    static void* operator new(std::size_t size) { return Frames::take(size); }
    static void operator delete(void* frame, std::size_t size) noexcept { Frames::give(frame, size); }
#endif
};

template <typename T>
struct Promise : PromiseBase {
    std::optional<T> value;
    Task<T> get_return_object();
    template <typename U>
    void return_value(U&& u) {
        value.emplace(std::forward<U>(u));
    }
    T result() {
        if (error) std::rethrow_exception(error);
        return std::move(*value);
    }
};

template <>
struct Promise<void> : PromiseBase {
    Task<void> get_return_object();
    void return_void() const noexcept {}
    void result() const {
        if (error) std::rethrow_exception(error);
    }
};

}  // namespace detail

template <typename T>
class [[nodiscard]] Task {
public:
    using promise_type = detail::Promise<T>;
    using Handle = std::coroutine_handle<promise_type>;

    Task() = default;
    explicit Task(Handle h) : handle_(h) {}
    Task(Task&& o) noexcept : handle_(std::exchange(o.handle_, {})) {}
    Task& operator=(Task&& o) noexcept {
        if (this != &o) {
            reset();
            handle_ = std::exchange(o.handle_, {});
        }
        return *this;
    }
    Task(const Task&) = delete;
    Task& operator=(const Task&) = delete;
    ~Task() { reset(); }

    /// Runs up to the first wait. For the outermost task only; others are awaited.
    void start() { handle_.resume(); }
    explicit operator bool() const noexcept { return static_cast<bool>(handle_); }
    bool done() const noexcept { return handle_.done(); }
    /// After done(): the value, or throws what the coroutine threw.
    T result() { return handle_.promise().result(); }
    /// Called when an outermost task that has waited comes to its end.
    void then(std::coroutine_handle<> h) { handle_.promise().waiter = h; }

    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> waiter) noexcept {
        handle_.promise().waiter = waiter;
        return handle_;
    }
    T await_resume() { return handle_.promise().result(); }

private:
    void reset() {
        if (handle_) handle_.destroy();
        handle_ = {};
    }
    Handle handle_;
};

namespace detail {
template <typename T>
Task<T> Promise<T>::get_return_object() {
    return Task<T>{std::coroutine_handle<Promise<T>>::from_promise(*this)};
}
inline Task<void> Promise<void>::get_return_object() {
    return Task<void>{std::coroutine_handle<Promise<void>>::from_promise(*this)};
}
}  // namespace detail

}  // namespace llm
