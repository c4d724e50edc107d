/// A prepared statement with typed parameters and typed columns.
///
///     auto found = db.prepare("SELECT id, text FROM passage WHERE source = ?1");
///     found.bind(source);
///     for (auto [id, text] : found.rows<std::int64_t, std::string_view>()) ...
///
/// Parameters: integers, bool, double, text, bytes (std::span<const std::byte>), nullptr, std::optional of
/// these. Columns: the same; text and bytes as views are valid until the next step, as std::string and
/// std::vector<std::byte> for good. A null read as anything but an optional is 0 or empty.
/// The statement is reset, and given back to its Database, when the object goes.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace llm {

using Bytes = std::span<const std::byte>;

/// The bytes of a contiguous range of plain values, for binding as a blob.
template <typename Range>
Bytes bytes_of(const Range& range) {
    return std::as_bytes(std::span(range));
}

template <typename T>
inline constexpr bool owns_its_memory = !std::is_same_v<T, std::string_view> && !std::is_same_v<T, Bytes>;

class Statement {
public:
    struct Prepared;  ///< for this folder only
    explicit Statement(Prepared& prepared) noexcept : prepared_(&prepared) {}
    Statement(Statement&& other) noexcept : prepared_(std::exchange(other.prepared_, nullptr)) {}
    Statement& operator=(Statement&& other) noexcept {
        std::swap(prepared_, other.prepared_);
        return *this;
    }
    ~Statement() { release(); }

    /// Resets, then binds ?1, ?2, … in order; text and bytes are copied.
    template <typename... A>
    Statement& bind(const A&... arguments) {
        return bind_all(Lifetime::copied, arguments...);
    }
    /// The same without copying: text and bytes must stay in place until the statement is reset or bound
    /// anew.
    template <typename... A>
    Statement& borrow(const A&... arguments) {
        return bind_all(Lifetime::borrowed, arguments...);
    }

    /// The next row, or false at the end. After the end the statement starts anew.
    bool step();
    void reset() noexcept;

    /// Column `index`, counted from 0, of the present row.
    template <typename T>
    T column(int index) const;

    /// The first columns of the present row.
    template <typename... T>
    std::tuple<T...> row() const {
        return row_at<T...>(std::index_sequence_for<T...>{});
    }

    /// The rows from here on, as a range of tuples.
    template <typename... T>
    class Rows;
    template <typename... T>
    Rows<T...> rows() {
        return Rows<T...>(*this);
    }

private:
    enum class Lifetime { copied,
                          borrowed };

    void release() noexcept;
    void bind_integer(int, std::int64_t);
    void bind_real(int, double);
    void bind_text(int, std::string_view, Lifetime);
    void bind_bytes(int, Bytes, Lifetime);
    void bind_null(int);
    std::int64_t integer_at(int) const noexcept;
    double real_at(int) const noexcept;
    std::string_view text_at(int) const noexcept;
    Bytes bytes_at(int) const noexcept;
    bool null_at(int) const noexcept;

    template <typename... A>
    Statement& bind_all([[maybe_unused]] Lifetime lifetime, const A&... arguments) {
        reset();
        int index = 0;
        (bind_one(++index, arguments, lifetime), ...);
        return *this;
    }

    void bind_one(int index, std::nullptr_t, Lifetime) { bind_null(index); }
    void bind_one(int index, std::nullopt_t, Lifetime) { bind_null(index); }
    void bind_one(int index, std::integral auto value, Lifetime) {
        bind_integer(index, static_cast<std::int64_t>(value));
    }
    void bind_one(int index, std::floating_point auto value, Lifetime) {
        bind_real(index, static_cast<double>(value));
    }
    void bind_one(int index, std::string_view value, Lifetime l) { bind_text(index, value, l); }
    void bind_one(int index, const std::string& value, Lifetime l) { bind_text(index, value, l); }
    void bind_one(int index, const char* value, Lifetime l) { bind_text(index, value, l); }
    void bind_one(int index, Bytes value, Lifetime l) { bind_bytes(index, value, l); }
    void bind_one(int index, const std::vector<std::byte>& value, Lifetime l) { bind_bytes(index, value, l); }
    template <typename T>
    void bind_one(int index, const std::optional<T>& value, Lifetime lifetime) {
        if (value)
            bind_one(index, *value, lifetime);
        else
            bind_null(index);
    }

    template <typename... T, std::size_t... I>
    std::tuple<T...> row_at(std::index_sequence<I...>) const {
        return {column<T>(static_cast<int>(I))...};
    }

    Prepared* prepared_;
};

namespace detail {
template <typename T>
inline constexpr bool is_optional = false;
template <typename T>
inline constexpr bool is_optional<std::optional<T>> = true;
}  // namespace detail

template <typename T>
T Statement::column(int index) const {
    if constexpr (detail::is_optional<T>) {
        if (null_at(index)) return std::nullopt;
        return column<typename T::value_type>(index);
    } else if constexpr (std::is_same_v<T, bool>) {
        return integer_at(index) != 0;
    } else if constexpr (std::integral<T>) {
        return static_cast<T>(integer_at(index));
    } else if constexpr (std::floating_point<T>) {
        return static_cast<T>(real_at(index));
    } else if constexpr (std::is_same_v<T, std::string_view> || std::is_same_v<T, std::string>) {
        return T(text_at(index));
    } else if constexpr (std::is_same_v<T, Bytes>) {
        return bytes_at(index);
    } else {
        static_assert(std::is_same_v<T, std::vector<std::byte>>, "no column can be read as this type");
        const Bytes view = bytes_at(index);
        return T(view.begin(), view.end());
    }
}

template <typename... T>
class Statement::Rows {
public:
    class Iterator {
    public:
        using value_type = std::tuple<T...>;
        using difference_type = std::ptrdiff_t;
        explicit Iterator(Statement* statement) : statement_(statement) { ++*this; }
        value_type operator*() const { return statement_->row<T...>(); }
        Iterator& operator++() {
            if (!statement_->step()) statement_ = nullptr;
            return *this;
        }
        void operator++(int) { ++*this; }
        bool operator==(std::default_sentinel_t) const noexcept { return statement_ == nullptr; }

    private:
        Statement* statement_;
    };

    explicit Rows(Statement& statement) : statement_(&statement) {}
    Iterator begin() { return Iterator(statement_); }
    std::default_sentinel_t end() const noexcept { return {}; }

private:
    Statement* statement_;
};

}  // namespace llm
