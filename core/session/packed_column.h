// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/chunk_tree.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <span>

namespace poolscope::session {

// Sums of durations that overlap may leave the range of 64 bits in a damaged file; their
// differences still come out right.
constexpr std::int64_t wrapping_add(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}
constexpr std::int64_t wrapping_subtract(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}

/// Numbers that mostly follow their neighbours: times, sums of times, rows, small codes. Chunks
/// that are being written are plain; those left behind are packed block by block: a straight line,
/// and how far each number lies above it in as few bits as the farthest needs. Any 64 bits come
/// back as they went in; rows that count up take next to nothing, times some 2 bytes. Copies share
/// what they have in common, as SharedVector. Threads: one writer; call freeze(), then copy: the
/// copy is for any thread and never changes.
class PackedColumn {
 public:
  using Value = std::int64_t;
  static constexpr Value kAbsent = std::numeric_limits<Value>::min();
  static constexpr std::size_t kChunk = 256;

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  Value operator[](std::size_t index) const {
    return index / kChunk == near_chunk_ ? static_cast<Value>(near_words_[index % kChunk])
                                         : tree_[index / kChunk].get(index % kChunk);
  }
  Value back() const { return (*this)[size_ - 1]; }
  /// kAbsent past the end.
  Value get(std::size_t index) const { return index < size_ ? (*this)[index] : kAbsent; }
  /// As get() of `first` and those behind it, as many as there is room for.
  void read(std::size_t first, std::span<Value> values) const;

  void push_back(Value value) {
    if (size_ % kChunk != 0 && size_ >= frozen_ && near_chunk_ == size_ / kChunk) {
      near_words_[size_++ % kChunk] = static_cast<std::uint64_t>(value);
    } else {
      append(value);
    }
  }
  /// Past the end, too: what lies between is absent.
  void set(std::size_t index, Value value);
  /// Of a chunk that is not the last, keeps every 64th number, and what lies between is a straight
  /// line from then on: columns that rise still do. Cost O(1).
  void blur(std::size_t chunk);
  /// Forgets the chunk's numbers: they are absent from then on.
  void drop(std::size_t chunk);
  /// Of memory, about.
  std::size_t bytes() const { return bytes_; }
  void truncate(std::size_t size) { size_ = std::min(size_, size); }
  void freeze();

  /// In a column that never falls: the first index whose value is not below `value`. Cost O(log n);
  /// O(1) near `hint`, an index answered before.
  std::size_t lower_bound(Value value, std::size_t hint = 0) const;

 private:
  static constexpr std::size_t kBlock = 64;  // so that `width` bits each are `width` words in all
  static constexpr std::size_t kBlocks = kChunk / kBlock;
  static constexpr std::size_t kOpen = 2;
  static constexpr std::uint32_t kBlurredWords = kBlocks + 1;  // the blocks' first, the last
  static constexpr std::size_t kChunkOverhead =
      88;  // the chunk, its place, two of the heap's heads
  static constexpr std::size_t kNoChunk = std::numeric_limits<std::size_t>::max();

  // Packed, a block's head is two words: the line's begin, and its Shape. The numbers of all blocks
  // follow, and one word more so that eight bytes can be read anywhere.
  struct Shape {
    static constexpr unsigned kSlopeBits = 4;  // behind the point
    std::int32_t slope = 0;
    std::uint16_t first_word = 0;
    std::uint8_t width = 0;  // bits a number; 64: as it is
    bool absents = false;    // the largest code says absent

    /// How far the line has risen at `place`.
    Value rise(std::size_t place) const {
      return (Value{slope} * static_cast<Value>(place)) >> kSlopeBits;
    }
  };

  struct Chunk {
    Chunk() : words(std::make_unique<std::uint64_t[]>(kChunk)), word_count(kChunk) {}
    explicit Chunk(std::size_t count)
        : words(std::make_unique<std::uint64_t[]>(count)),
          word_count(static_cast<std::uint32_t>(count)) {}
    Chunk(const Chunk& other);
    Chunk(Chunk&& other) = default;
    Chunk& operator=(const Chunk&) = delete;
    Chunk& operator=(Chunk&&) = delete;
    ~Chunk() = default;

    bool plain() const { return word_count == kChunk; }
    Value get(std::size_t at) const {
      return plain()                       ? static_cast<Value>(words[at])
             : word_count == kBlurredWords ? guess(at)
                                           : unpack(at);
    }
    Value guess(std::size_t at) const;
    /// As get() of `at` and those behind it; all are of this chunk.
    void read(std::size_t at, std::span<Value> values) const;
    std::size_t bytes() const { return word_count * sizeof(std::uint64_t) + kChunkOverhead; }
    Value unpack(std::size_t at) const;
    void unpack_block(std::size_t block, std::size_t place, std::span<Value> values) const;

    std::uint64_t epoch = 0;
    std::unique_ptr<std::uint64_t[]> words;  // plain: the numbers
    std::uint32_t word_count;
  };

  struct Packing;
  static Chunk packed(const Chunk& plain);
  static Chunk unpacked(const Chunk& packed);
  void put(std::size_t place, Chunk&& chunk);
  void append(Value value);
  void store(std::size_t index, Value value);
  void opened(std::size_t chunk);

  ChunkTree<Chunk> tree_;
  std::size_t size_ = 0;
  std::size_t bytes_ = 0;
  std::size_t frozen_ = 0;                      // no copy reads from here on
  std::array<std::uint32_t, kOpen> open_ = {};  // plain chunks, + 1
  std::uint32_t next_open_ = 0;
  // A short cut to the chunk that was written last, if it is plain.
  std::size_t near_chunk_ = kNoChunk;
  std::uint64_t* near_words_ = nullptr;
  bool near_owned_ = false;  // no frozen copy has it
};

inline PackedColumn::Value PackedColumn::Chunk::unpack(std::size_t at) const {
  const std::uint64_t* head = &words[at / kBlock * 2];
  const auto shape = std::bit_cast<Shape>(head[1]);
  const std::size_t place = at % kBlock;
  const Value line = wrapping_add(static_cast<Value>(head[0]), shape.rise(place));
  if (shape.width == 0) {
    return line;
  }
  const std::size_t bit = place * shape.width;
  std::uint64_t code = 0;
  std::memcpy(&code, reinterpret_cast<const char*>(&words[shape.first_word]) + bit / 8,
              sizeof code);
  if (shape.width == 64) {
    return static_cast<Value>(code);
  }
  const std::uint64_t mask = (std::uint64_t{1} << shape.width) - 1;
  code = (code >> (bit % 8)) & mask;
  return shape.absents && code == mask ? kAbsent : wrapping_add(line, static_cast<Value>(code));
}

}  // namespace poolscope::session
