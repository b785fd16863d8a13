// SPDX-License-Identifier: Apache-2.0
// Runs a fuzz target over a folder of inputs and a fixed number of changed ones: NAME FOLDER COUNT.
// The same seed gives the same inputs; POOLSCOPE_SEED chooses another. An input that ends the
// program is left as fuzz-NAME.input in the current folder.
#include "fuzz_input.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

namespace {

using Bytes = std::vector<std::uint8_t>;

std::vector<Bytes> read_corpus(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    names.push_back(entry.path());
  }
  std::sort(names.begin(), names.end());  // the folder's own order differs from machine to machine
  std::vector<Bytes> corpus;
  for (const auto& name : names) {
    std::ifstream file(name, std::ios::binary);
    corpus.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return corpus;
}

class Mutator {
 public:
  Mutator(const std::vector<Bytes>& corpus, std::uint64_t seed) : corpus_(corpus), random_(seed) {}

  Bytes next() {
    Bytes bytes = some();
    for (std::size_t changes = 1 + below(6); changes > 0 && !bytes.empty(); --changes) {
      change(bytes);
    }
    return bytes;
  }

 private:
  std::size_t below(std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_);
  }
  const Bytes& some() { return corpus_[below(corpus_.size())]; }
  auto place(Bytes& bytes) {
    return bytes.begin() + static_cast<std::ptrdiff_t>(below(bytes.size()));
  }

  void change(Bytes& bytes) {
    switch (below(6)) {
      case 0:  // a bit
        *place(bytes) ^= static_cast<std::uint8_t>(1U << below(8));
        break;
      case 1: {  // a byte that means something to some format
        constexpr std::uint8_t kTelling[] = {0,   1,   0x0a, 0x7f, 0x80, 0xff, '"',
                                             '{', '}', '[',  ']',  '-',  ','};
        *place(bytes) = kTelling[below(std::size(kTelling))];
        break;
      }
      case 2:  // cut
        bytes.erase(place(bytes), bytes.end());
        break;
      case 3: {  // a piece less
        const auto first = place(bytes);
        const auto length = std::min<std::ptrdiff_t>(bytes.end() - first,
                                                     static_cast<std::ptrdiff_t>(1 + below(32)));
        bytes.erase(first, first + length);
        break;
      }
      case 4: {  // a piece twice
        const std::size_t first = below(bytes.size());
        const std::size_t length = std::min(bytes.size() - first, 1 + below(64));
        const Bytes piece(bytes.begin() + static_cast<std::ptrdiff_t>(first),
                          bytes.begin() + static_cast<std::ptrdiff_t>(first + length));
        bytes.insert(place(bytes), piece.begin(), piece.end());
        break;
      }
      default: {  // the end of another one
        const Bytes& other = some();
        bytes.erase(place(bytes), bytes.end());
        bytes.insert(bytes.end(), other.begin() + static_cast<std::ptrdiff_t>(other.size() / 2),
                     other.end());
      }
    }
  }

  const std::vector<Bytes>& corpus_;
  std::mt19937_64 random_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fputs("usage: NAME FOLDER COUNT\n", stderr);
    return 2;
  }
  const std::string left = "fuzz-" + std::string(argv[1]) + ".input";
  const std::vector<Bytes> corpus = read_corpus(argv[2]);
  if (corpus.empty()) {
    std::fprintf(stderr, "%s: holds no inputs\n", argv[2]);
    return 2;
  }
  const char* given = std::getenv("POOLSCOPE_SEED");
  const std::uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : 1;
  std::printf("POOLSCOPE_SEED=%llu\n", static_cast<unsigned long long>(seed));
  const auto run = [&](const Bytes& bytes) {
    std::ofstream(left, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
  };
  std::for_each(corpus.begin(), corpus.end(), run);
  Mutator mutator(corpus, seed);
  for (long count = std::strtol(argv[3], nullptr, 10); count > 0; --count) {
    run(mutator.next());
  }
  std::filesystem::remove(left);
  return 0;
}
