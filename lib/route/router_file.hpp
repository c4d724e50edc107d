/// Routers on disk.
#pragma once

#include "route/learn.hpp"

#include <string>

namespace llm {

/// Throws Error{usage} where the file cannot be read, Error{data} naming the file where it holds no router.
Router read_router(const std::string& file, const BuiltinEmbedder&);
/// At once or not at all: a reader sees the old router or the new one. Throws Error{io}.
void write_router(const std::string& file, const Router&);

}  // namespace llm
