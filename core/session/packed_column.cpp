// SPDX-License-Identifier: Apache-2.0
#include "core/session/packed_column.h"

#include <utility>

namespace poolscope::session {

static_assert(std::endian::native == std::endian::little, "codes are read across word borders");

PackedColumn::Chunk::Chunk(const Chunk& other) : Chunk(other.word_count) {
  epoch = other.epoch;
  std::copy_n(other.words.get(), word_count, words.get());
}

/// What the codes of a block count from, and how they lie.
struct PackedColumn::Packing {
  Value base = kAbsent;
  Shape shape = {};

  explicit Packing(std::span<const std::uint64_t, kBlock> values);
  void write(std::span<const std::uint64_t, kBlock> values, std::uint64_t* words) const;
};

PackedColumn::Packing::Packing(std::span<const std::uint64_t, kBlock> values) {
  // More bits than this and a code may not lie within eight bytes.
  constexpr unsigned kMostBits = 57;
  const auto first = static_cast<Value>(values.front());
  const auto last = static_cast<Value>(values.back());
  if (first != kAbsent && last != kAbsent) {
    const Value rise = wrapping_subtract(last, first);
    const Value steepness = rise / Value{kBlock - 1};
    constexpr Value kSteepest = std::numeric_limits<std::int32_t>::max() >> Shape::kSlopeBits;
    if (steepness > -kSteepest && steepness < kSteepest) {
      const Value exact = rise * (Value{1} << Shape::kSlopeBits) / Value{kBlock - 1};
      shape.slope = static_cast<std::int32_t>(exact);
    }
  }
  Value least = std::numeric_limits<Value>::max();
  Value most = std::numeric_limits<Value>::min();
  for (std::size_t i = 0; i < kBlock; ++i) {
    const auto value = static_cast<Value>(values[i]);
    if (value == kAbsent) {
      shape.absents = true;
      continue;
    }
    const Value above = wrapping_subtract(value, shape.rise(i));
    least = std::min(least, above);
    most = std::max(most, above);
  }
  if (least > most) {
    shape = {};  // all are absent, which the line says
    return;
  }
  base = least;
  const std::uint64_t span = static_cast<std::uint64_t>(most) - static_cast<std::uint64_t>(least);
  const auto bits = static_cast<unsigned>(std::bit_width(span) +
                                          (shape.absents && std::has_single_bit(span + 1) ? 1 : 0));
  shape.width = static_cast<std::uint8_t>(bits > kMostBits ? 64 : bits);
}

/// As many words as the codes have bits.
void PackedColumn::Packing::write(std::span<const std::uint64_t, kBlock> values,
                                  std::uint64_t* words) const {
  const unsigned width = shape.width;
  if (width == 64) {
    std::ranges::copy(values, words);
    return;
  }
  if (width == 0) {
    return;
  }
  const std::uint64_t absent = (std::uint64_t{1} << width) - 1;
  std::uint64_t word = 0;
  unsigned filled = 0;  // bits of it
  for (std::size_t i = 0; i < kBlock; ++i) {
    const auto value = static_cast<Value>(values[i]);
    const std::uint64_t code =
        value == kAbsent ? absent
                         : static_cast<std::uint64_t>(wrapping_subtract(value, shape.rise(i))) -
                               static_cast<std::uint64_t>(base);
    word |= code << filled;
    filled += width;
    if (filled >= 64) {
      *words++ = word;
      filled -= 64;
      word = filled == 0 ? 0 : code >> (width - filled);
    }
  }
}

PackedColumn::Chunk PackedColumn::packed(const Chunk& plain) {
  const auto block = [&](std::size_t b) {
    return std::span<const std::uint64_t, kBlock>(&plain.words[b * kBlock], kBlock);
  };
  std::array packings = {Packing(block(0)), Packing(block(1)), Packing(block(2)),
                         Packing(block(3))};
  static_assert(packings.size() == kBlocks);
  std::size_t count = kBlocks * 2;
  for (Packing& packing : packings) {
    packing.shape.first_word = static_cast<std::uint16_t>(packing.shape.width == 0 ? 0 : count);
    count += packing.shape.width;
  }
  ++count;
  Chunk chunk(count == kChunk ? count + 1 : count);  // kChunk words would be read as plain
  for (std::size_t b = 0; b < kBlocks; ++b) {
    const Packing& packing = packings[b];
    chunk.words[b * 2] = static_cast<std::uint64_t>(packing.base);
    chunk.words[b * 2 + 1] = std::bit_cast<std::uint64_t>(packing.shape);
    packing.write(block(b), &chunk.words[packing.shape.first_word]);
  }
  return chunk;
}

PackedColumn::Chunk PackedColumn::unpacked(const Chunk& packed) {
  Chunk chunk;
  for (std::size_t i = 0; i < kChunk; ++i) {
    chunk.words[i] = static_cast<std::uint64_t>(packed.get(i));
  }
  return chunk;
}

PackedColumn::Value PackedColumn::Chunk::guess(std::size_t at) const {
  const std::size_t block = at / kBlock;
  const auto from = static_cast<Value>(words[block]);
  if (from == kAbsent) {
    return kAbsent;
  }
  const Value steps = block + 1 == kBlocks ? Value{kBlock} - 1 : Value{kBlock};
  const Value rise = wrapping_subtract(static_cast<Value>(words[block + 1]), from);
  const auto place = static_cast<Value>(at % kBlock);
  return wrapping_add(from, rise / steps * place + rise % steps * place / steps);
}

void PackedColumn::Chunk::read(std::size_t at, std::span<Value> values) const {
  if (plain() || word_count == kBlurredWords) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = get(at + i);
    }
    return;
  }
  for (std::size_t done = 0; done < values.size();) {
    const std::size_t place = (at + done) % kBlock;
    const std::size_t count = std::min(values.size() - done, kBlock - place);
    unpack_block((at + done) / kBlock, place, values.subspan(done, count));
    done += count;
  }
}

/// As unpack(), what is the same for all of a block looked at once.
void PackedColumn::Chunk::unpack_block(std::size_t block, std::size_t place,
                                       std::span<Value> values) const {
  const auto base = static_cast<Value>(words[block * 2]);
  const auto shape = std::bit_cast<Shape>(words[block * 2 + 1]);
  const unsigned width = shape.width;
  if (width == 64) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = unpack(block * kBlock + place + i);
    }
    return;
  }
  const auto* codes = reinterpret_cast<const char*>(&words[width == 0 ? 0 : shape.first_word]);
  const std::uint64_t mask = (std::uint64_t{1} << width) - 1;
  const std::uint64_t absent = shape.absents && width > 0 ? mask : mask + 1;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t bit = (place + i) * width;
    std::uint64_t code = 0;
    std::memcpy(&code, codes + bit / 8, sizeof code);
    code = (code >> (bit % 8)) & mask;
    const Value line = wrapping_add(base, shape.rise(place + i));
    values[i] = code == absent ? kAbsent : wrapping_add(line, static_cast<Value>(code));
  }
}

void PackedColumn::put(std::size_t place, Chunk&& chunk) {
  const Chunk* before = tree_.find(place);
  bytes_ += chunk.bytes() - (before == nullptr ? 0 : before->bytes());
  tree_.put(place, std::move(chunk));
}

void PackedColumn::blur(std::size_t chunk) {
  const Chunk& exact = tree_[chunk];
  if (exact.word_count == kBlurredWords) {
    return;
  }
  Chunk blurred(kBlurredWords);
  const auto end_of_block = [&](std::size_t i) {
    return exact.get(std::min(i * kBlock, kChunk - 1));
  };
  // Where one is absent its neighbour stands for it; where all are, so is the chunk.
  Value known = kAbsent;
  for (std::size_t i = 0; i < kBlurredWords && known == kAbsent; ++i) {
    known = end_of_block(i);
  }
  for (std::size_t i = 0; i < kBlurredWords; ++i) {
    const Value value = end_of_block(i);
    known = value == kAbsent ? known : value;
    blurred.words[i] = static_cast<std::uint64_t>(known);
  }
  near_chunk_ = near_chunk_ == chunk ? kNoChunk : near_chunk_;
  put(chunk, std::move(blurred));
}

void PackedColumn::drop(std::size_t chunk) {
  static const std::shared_ptr<Chunk> kNothing = [] {
    auto nothing = std::make_shared<Chunk>(std::size_t{kBlurredWords});
    std::fill_n(nothing->words.get(), kBlurredWords, static_cast<std::uint64_t>(kAbsent));
    return nothing;
  }();
  const Chunk* before = tree_.find(chunk);
  if (before == kNothing.get() || before == nullptr) {
    return;
  }
  near_chunk_ = near_chunk_ == chunk ? kNoChunk : near_chunk_;
  bytes_ -= before->bytes();
  bytes_ += sizeof(std::shared_ptr<Chunk>);
  tree_.put_shared(chunk, kNothing);
}

void PackedColumn::append(Value value) {
  const std::size_t index = size_++;
  if (index % kChunk == 0) {
    put(index / kChunk, Chunk());
    near_chunk_ = kNoChunk;
    opened(index / kChunk);
  }
  store(index, value);
}

void PackedColumn::set(std::size_t index, Value value) {
  while (size_ < index) {
    push_back(kAbsent);
  }
  if (index == size_) {
    push_back(value);
  } else {
    store(index, value);
  }
}

void PackedColumn::store(std::size_t index, Value value) {
  const std::size_t at = index / kChunk;
  const bool seen = index < frozen_;
  if (at != near_chunk_ || (seen && !near_owned_)) {
    if (!tree_[at].plain()) {
      put(at, unpacked(tree_[at]));
      opened(at);
    }
    near_words_ = (seen ? tree_.own(at) : tree_.shared(at)).words.get();
    near_owned_ = seen;
    near_chunk_ = at;
  }
  near_words_[index % kChunk] = static_cast<std::uint64_t>(value);
}

/// `chunk` is plain from now on; one that has been for long is packed.
void PackedColumn::opened(std::size_t chunk) {
  const auto name = static_cast<std::uint32_t>(chunk + 1);
  if (std::find(open_.begin(), open_.end(), name) != open_.end()) {
    return;
  }
  // The last stays open for what is appended.
  const std::size_t last = (size_ - 1) / kChunk;
  std::uint32_t& oldest = open_[next_open_++ % kOpen];
  std::uint32_t& slot = oldest == last + 1 ? open_[next_open_++ % kOpen] : oldest;
  const std::uint32_t left = std::exchange(slot, name);
  if (left != 0 && left - 1 < last && tree_[left - 1].plain()) {
    put(left - 1, packed(tree_[left - 1]));
    near_chunk_ = left - 1 == near_chunk_ ? kNoChunk : near_chunk_;
  }
}

void PackedColumn::read(std::size_t first, std::span<Value> values) const {
  for (std::size_t done = 0; done < values.size();) {
    const std::size_t index = first + done;
    if (index >= size_) {
      std::ranges::fill(values.subspan(done), kAbsent);
      return;
    }
    const Chunk& chunk = tree_[index / kChunk];
    const std::size_t at = index % kChunk;
    const std::size_t count = std::min({values.size() - done, kChunk - at, size_ - index});
    chunk.read(at, values.subspan(done, count));
    done += count;
  }
}

void PackedColumn::freeze() {
  frozen_ = std::max(frozen_, size_);
  tree_.freeze();
  near_owned_ = false;
}

std::size_t PackedColumn::lower_bound(Value value, std::size_t hint) const {
  if (size_ == 0) {
    return 0;
  }
  const std::size_t chunks = (size_ + kChunk - 1) / kChunk;
  // The last chunk in [low, high) that begins below `value` holds the answer (or its end does).
  std::size_t low = std::min(hint / kChunk, chunks - 1);
  std::size_t high = chunks;
  if (tree_[low].get(0) >= value) {
    high = low;
    low = 0;
  } else {
    for (std::size_t step = 1; low + step < chunks; step *= 2) {
      if (tree_[low + step].get(0) >= value) {
        high = low + step;
        break;
      }
      low += step;
    }
  }
  while (low + 1 < high) {
    const std::size_t middle = low + (high - low) / 2;
    (tree_[middle].get(0) < value ? low : high) = middle;
  }
  const Chunk& chunk = tree_[low];
  std::size_t first = 0;
  std::size_t last = std::min(kChunk, size_ - low * kChunk);
  if (const std::size_t at = hint % kChunk; low == hint / kChunk && at < last) {
    // In growing steps away from the hint.
    std::size_t step = 1;
    if (chunk.get(at) < value) {
      first = at + 1;
      for (; first + step <= last && chunk.get(first + step - 1) < value; step *= 2) {
        first += step;
      }
      last = std::min(last, first + step - 1);
    } else {
      last = at;
      for (; last >= step && chunk.get(last - step) >= value; step *= 2) {
        last -= step;
      }
      first = last >= step ? last - step + 1 : 0;
    }
  }
  while (first < last) {
    const std::size_t middle = first + (last - first) / 2;
    if (chunk.get(middle) < value) {
      first = middle + 1;
    } else {
      last = middle;
    }
  }
  return low * kChunk + first;
}

}  // namespace poolscope::session
