#include "mem/core_blocks.hpp"

#include "base/error.hpp"
#include "base/utf8.hpp"

#include <fmt/ranges.h>

namespace llm {
namespace {

Block edited(MemStore& store, std::string_view space, Block block, std::string text, Editor by) {
    if (block.read_only && by == Editor::model) throw Error(Fault::data, "the block '{}' is read-only", block.label);
    const std::size_t length = count_code_points(text);
    if (length > static_cast<std::size_t>(block.bound))
        throw Error(Fault::data, "the block '{}' would have {} characters and may have {}; shorten something in it first", block.label, length, block.bound);
    block.value = std::move(text);
    if (store.blocks(space).empty())  // the first that is edited does not take the other first blocks away
        for (const Block& other : first_blocks())
            if (other.label != block.label) store.set_block(space, other);
    store.set_block(space, block);
    return block;
}

}  // namespace

const std::vector<Block>& first_blocks() {
    static const std::vector<Block> blocks{{"human", "", "what you know of the person you talk with", 2'000, false}, {"persona", "", "who you are and how you behave", 2'000, false}};
    return blocks;
}

std::vector<Block> core_blocks(MemStore& store, std::string_view space) {
    std::vector<Block> blocks = store.blocks(space);
    return blocks.empty() ? first_blocks() : blocks;
}

Block core_block(MemStore& store, std::string_view space, std::string_view label) {
    std::vector<std::string> labels;
    for (Block& b : core_blocks(store, space)) {
        if (b.label == label) return std::move(b);
        labels.push_back(b.label);
    }
    throw Error(Fault::data, "there is no block '{}'; there are: {}", label, fmt::join(labels, ", "));
}

Block append_to_block(MemStore& store, std::string_view space, std::string_view label, std::string_view text, Editor by) {
    Block block = core_block(store, space, label);
    std::string value = block.value;
    if (!value.empty()) value += '\n';
    value += text;
    return edited(store, space, std::move(block), std::move(value), by);
}

Block replace_in_block(MemStore& store, std::string_view space, std::string_view label, std::string_view old, std::string_view text, Editor by) {
    Block block = core_block(store, space, label);
    const std::size_t at = old.empty() ? std::string::npos : block.value.find(old);
    if (at == std::string::npos) throw Error(Fault::data, "the block '{}' does not contain '{}'", label, truncate_utf8(old, 80));
    if (block.value.find(old, at + 1) != std::string::npos)
        throw Error(Fault::data, "the block '{}' contains '{}' several times; give more of the text around it", label, truncate_utf8(old, 80));
    std::string value = block.value;
    value.replace(at, old.size(), text);
    return edited(store, space, std::move(block), std::move(value), by);
}

Block set_block_text(MemStore& store, std::string_view space, std::string_view label, std::string_view text, Editor by) {
    Block block = core_block(store, space, label);
    return edited(store, space, std::move(block), std::string{text}, by);
}

}  // namespace llm
