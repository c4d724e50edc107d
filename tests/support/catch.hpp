/// The one door to Catch2, version 2 or 3.
#pragma once
#ifdef LLM_CATCH3
#include <catch2/catch_all.hpp>
using Catch::Approx;
/// Matchers for CHECK_THAT and CHECK_THROWS_WITH, under one name in both versions; they go together with && and ||.
inline auto contains(const std::string& text) { return Catch::Matchers::ContainsSubstring(text); }
inline auto begins_with(const std::string& text) { return Catch::Matchers::StartsWith(text); }
#else
#include <catch2/catch.hpp>
inline auto contains(const std::string& text) { return Catch::Contains(text); }
inline auto begins_with(const std::string& text) { return Catch::StartsWith(text); }
#endif
