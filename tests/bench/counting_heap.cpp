// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/counting_heap.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <malloc.h>
#include <new>

namespace {

std::atomic<std::size_t> g_bytes{0};
std::atomic<std::size_t> g_peak{0};

std::size_t sizeOf(void* block) {
  constexpr std::size_t kHead = 8;  // glibc's, before each block
  return malloc_usable_size(block) + kHead;
}

void* counted(void* block) {
  if (block == nullptr) {
    throw std::bad_alloc();
  }
  const std::size_t size = sizeOf(block);
  const std::size_t now = g_bytes.fetch_add(size, std::memory_order_relaxed) + size;
  std::size_t peak = g_peak.load(std::memory_order_relaxed);
  while (now > peak && !g_peak.compare_exchange_weak(peak, now, std::memory_order_relaxed)) {
  }
  return block;
}

void release(void* block) {
  if (block != nullptr) {
    g_bytes.fetch_sub(sizeOf(block), std::memory_order_relaxed);
    std::free(block);
  }
}

void* allocateAligned(std::size_t size, std::align_val_t alignment) {
  const auto align = static_cast<std::size_t>(alignment);
  return counted(std::aligned_alloc(align, (size + align - 1) / align * align));
}

}  // namespace

// The array and nothrow forms of the standard library call these.
void* operator new(std::size_t size) {
  return counted(std::malloc(std::max<std::size_t>(size, 1)));
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  return allocateAligned(size, alignment);
}
void operator delete(void* block) noexcept {
  release(block);
}
void operator delete(void* block, std::size_t /*size*/) noexcept {
  release(block);
}
void operator delete(void* block, std::align_val_t /*alignment*/) noexcept {
  release(block);
}
void operator delete(void* block, std::size_t /*size*/, std::align_val_t /*alignment*/) noexcept {
  release(block);
}

namespace poolscope::bench {

std::size_t heapBytes() {
  return g_bytes.load(std::memory_order_relaxed);
}

std::size_t peakHeapBytes() {
  return g_peak.load(std::memory_order_relaxed);
}

void resetPeakHeap() {
  g_peak.store(heapBytes(), std::memory_order_relaxed);
}

}  // namespace poolscope::bench
