// SPDX-License-Identifier: Apache-2.0
#include "core/executor/block_cache.h"

#include "allocations.h"
#include "support.h"

#include <QtTest>

#include <array>
#include <cstdint>
#include <cstring>
#include <set>
#include <thread>
#include <vector>

using namespace poolscope;
using namespace poolscope::testing;
using detail::BlockCache;

namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kRecycles = false;
#else
constexpr bool kRecycles = true;
#endif

struct alignas(64) Wide {
  std::array<std::byte, 64> bytes = {};
};

}  // namespace

class BlockCacheTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void block_canBeWrittenInFull_andIsNobodyElses_data() {
    QTest::addColumn<int>("bytes");
    for (const int bytes : {1, 16, 17, 104, 128, 255, 256, 257, 5000}) {
      QTest::newRow(QByteArray::number(bytes).constData()) << bytes;
    }
  }
  void block_canBeWrittenInFull_andIsNobodyElses() {
    QFETCH(int, bytes);
    const auto size = static_cast<std::size_t>(bytes);
    for (int round = 0; round < 3; ++round) {  // fresh ones, then recycled ones
      std::vector<unsigned char*> blocks;
      for (int i = 0; i < 300; ++i) {
        blocks.push_back(static_cast<unsigned char*>(BlockCache::allocate(size)));
        std::memset(blocks.back(), i % 251, size);
      }
      bool intact = true;
      for (std::size_t i = 0; i < blocks.size(); ++i) {
        for (std::size_t k = 0; k < size; ++k) {
          intact = intact && blocks[i][k] == i % 251;
        }
        BlockCache::free(blocks[i], size);
      }
      QVERIFY(intact);
    }
  }

  void freedElsewhere_isTakenAgain_withoutTheHeap() {
    if (!kRecycles) {
      QSKIP("AddressSanitizer must see each end of a block");
    }
    constexpr std::size_t kBlocks = 10 * BlockCache::kMagazineBlocks;
    std::vector<void*> blocks;
    for (std::size_t i = 0; i < kBlocks; ++i) {
      blocks.push_back(BlockCache::allocate(112));
    }
    std::thread([&] {
      for (void* block : blocks) {
        BlockCache::free(block, 112);
      }
    }).join();  // its full magazines are in the depot now
    const std::uint64_t before = allocations_of_this_thread();
    std::set<void*> again;
    for (std::size_t i = 0; i < kBlocks; ++i) {
      again.insert(BlockCache::allocate(112));
    }
    // The set's own nodes come from the heap; the blocks do not.
    QCOMPARE(allocations_of_this_thread() - before, std::uint64_t(kBlocks));
    QCOMPARE(again, std::set<void*>(blocks.begin(), blocks.end()));
    for (void* block : again) {
      BlockCache::free(block, 112);
    }
  }

  void depot_isBounded() {
    constexpr std::size_t kMost = BlockCache::kDepotBytes / 48 + 2 * BlockCache::kMagazineBlocks;
    std::vector<void*> blocks;
    for (std::size_t i = 0; i < kMost + 10'000; ++i) {
      blocks.push_back(BlockCache::allocate(48));
    }
    const std::size_t before = BlockCache::kept();
    for (void* block : blocks) {
      BlockCache::free(block, 48);
    }
    QVERIFY2(BlockCache::kept() - before <= kMost,
             qPrintable(QString::number(BlockCache::kept() - before)));
  }

  void submits_inSteadyState_askForNoMemory() {
    if (!kRecycles) {
      QSKIP("AddressSanitizer must see each end of a block");
    }
    ThreadPoolExecutor pool({.max_workers = 1});
    // More blocks in circulation than the two threads can keep to themselves.
    pool.pause();
    for (int i = 0; i < 10 * static_cast<int>(BlockCache::kMagazineBlocks); ++i) {
      pool.submit([i] { return i; });
    }
    pool.resume();
    pool.submit([] { return 0; }).result();
    const std::uint64_t before = allocations_of_this_thread();
    for (int i = 0; i < 2'000; ++i) {
      pool.submit([i] { return i; }).result();
    }
    QCOMPARE(allocations_of_this_thread() - before, std::uint64_t(0));
  }

  void task_withASmallCallable_isOneSmallBlock() {
    ThreadPoolExecutor pool({.max_workers = 1});
    pool.pause();
    std::array<char, 24> captured = {};
    pool.submit([captured] { return captured[0]; });  // the worker and whatever is there once
    std::vector<Future<char>> futures;
    futures.reserve(1'000);
    const std::uint64_t before = allocations_of_this_thread();
    for (int i = 0; i < 1'000; ++i) {
      futures.push_back(pool.submit([captured] { return captured[0]; }));
    }
    const std::uint64_t allocations = allocations_of_this_thread() - before;
    using Call = detail::Task<char, decltype([captured] { return captured[0]; })>;
    pool.resume();
    QVERIFY2(allocations <= 1'000, qPrintable(QString::number(allocations)));
    // malloc rounds up to 16 and takes 8 itself: 120 bytes take 128.
    QVERIFY2(sizeof(Call) <= 120, qPrintable(QString::number(sizeof(Call))));
  }

  void overAlignedCallable_isAligned() {
    ThreadPoolExecutor pool({.max_workers = 1});
    Wide wide;
    for (int i = 0; i < 100; ++i) {
      const auto address =
          pool.submit([wide] { return reinterpret_cast<std::uintptr_t>(&wide); }).result();
      QCOMPARE(address % 64, std::uintptr_t(0));
    }
  }

  void threadsThatEnd_leaveNothing() {
    const std::int64_t before = living_allocations();
    for (int i = 0; i < 20; ++i) {
      std::thread([] {
        ThreadPoolExecutor pool({.max_workers = 3});
        for (int k = 0; k < 200; ++k) {
          pool.submit([k] { return k; });
        }
      }).join();
    }
    QVERIFY(eventually([&] { return living_allocations() == before; }));
  }
};

QTEST_APPLESS_MAIN(BlockCacheTest)
#include "block_cache_test.moc"
