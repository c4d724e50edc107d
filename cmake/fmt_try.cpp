#include <fmt/chrono.h>
#include <fmt/format.h>

int main() { return static_cast<int>(fmt::format("{:.3f} {:>5} {} {}", 1.5, 2, 0.1, 1e300).size()) == 0; }
