#include "table_file.hpp"

#include "embedders/table/format.hpp"
#include "embedders/table/words.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <fstream>
#include <stdexcept>

namespace llm::model {

void write_table(const std::string& path, Learner& learner, const Vocabulary& vocabulary) {
    const std::size_t rows = vocabulary.rows(), words = vocabulary.entries().size();
    std::vector<float> tops(rows);
    for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t i = 0; i < dimension; ++i) tops[r] = std::max(tops[r], std::fabs(learner.row(r)[i]) / 127);
    const float unit = *std::max_element(tops.begin(), tops.end()) / 32767;

    table::Header header{};
    header.magic = table::magic;
    header.version = table::version;
    header.dimension = dimension;
    header.slots = static_cast<std::uint32_t>(std::bit_ceil(words * 3 / 2));
    header.words = static_cast<std::uint32_t>(words);
    header.grams = static_cast<std::uint32_t>(vocabulary.grams());
    header.number_row = vocabulary.number_row();
    std::vector<std::uint32_t> slots(header.slots);
    for (std::size_t r = 0; r < words; ++r) {
        const std::uint64_t hash = vocabulary.entries()[r].hash;
        std::size_t at = hash & (header.slots - 1);
        while (slots[at] != 0) at = (at + 1) & (header.slots - 1);
        slots[at] = static_cast<std::uint32_t>(hash >> 48 << 16 | (r + 1));
    }
    std::vector<std::uint16_t> scales(rows);
    std::vector<std::int8_t> cells(rows * dimension);
    for (std::size_t r = 0; r < rows; ++r) {
        const float scale = std::max(std::ceil(tops[r] / unit), 1.0F);
        scales[r] = static_cast<std::uint16_t>(scale);
        for (std::size_t i = 0; i < dimension; ++i)
            cells[r * dimension + i] = static_cast<std::int8_t>(std::lround(learner.row(r)[i] / (scale * unit)));
    }
    std::string body;
    const auto put = [&](const auto& v) { body.append(reinterpret_cast<const char*>(v.data()), v.size() * sizeof v[0]); };
    put(slots);
    put(scales);
    put(cells);
    header.content = table::hash(body);
    std::ofstream file(path, std::ios::binary);
    file.write(reinterpret_cast<const char*>(&header), sizeof header);
    file.write(body.data(), static_cast<std::streamsize>(body.size()));
    if (!file.flush()) throw std::runtime_error("cannot write " + path);
}

}  // namespace llm::model
