// SPDX-License-Identifier: Apache-2.0
#include "allocations.h"

#include "core/executor/block_cache.h"

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace {

constinit std::atomic<std::int64_t> living{0};
constinit thread_local std::uint64_t by_this_thread = 0;
constinit thread_local std::uint64_t until_failure = 0;  // 0: none is to fail

void* allocate(std::size_t size, std::size_t alignment) {
  if (until_failure != 0 && --until_failure == 0) {
    throw std::bad_alloc();
  }
  const std::size_t rounded = (size / alignment + 1) * alignment;  // never 0
  void* const memory = std::aligned_alloc(alignment, rounded);
  if (memory == nullptr) {
    throw std::bad_alloc();
  }
  living.fetch_add(1, std::memory_order_relaxed);
  ++by_this_thread;
  return memory;
}

void release(void* memory) noexcept {
  if (memory != nullptr) {
    living.fetch_sub(1, std::memory_order_relaxed);
    std::free(memory);
  }
}

}  // namespace

// All forms: where one is missing a sanitizer's own takes its place, which does not count.
void* operator new(std::size_t size) {
  return allocate(size, alignof(std::max_align_t));
}
void* operator new[](std::size_t size) {
  return allocate(size, alignof(std::max_align_t));
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  return allocate(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return allocate(size, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
  try {
    return allocate(size, alignof(std::max_align_t));
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}
void* operator new[](std::size_t size, const std::nothrow_t& tag) noexcept {
  return operator new(size, tag);
}
void operator delete(void* memory) noexcept {
  release(memory);
}
void operator delete[](void* memory) noexcept {
  release(memory);
}
void operator delete(void* memory, std::size_t /*size*/) noexcept {
  release(memory);
}
void operator delete[](void* memory, std::size_t /*size*/) noexcept {
  release(memory);
}
void operator delete(void* memory, const std::nothrow_t& /*tag*/) noexcept {
  release(memory);
}
void operator delete[](void* memory, const std::nothrow_t& /*tag*/) noexcept {
  release(memory);
}
void operator delete(void* memory, std::align_val_t /*alignment*/) noexcept {
  release(memory);
}
void operator delete[](void* memory, std::align_val_t /*alignment*/) noexcept {
  release(memory);
}
void operator delete(void* memory, std::size_t /*size*/, std::align_val_t /*alignment*/) noexcept {
  release(memory);
}
void operator delete[](void* memory, std::size_t /*size*/,
                       std::align_val_t /*alignment*/) noexcept {
  release(memory);
}

namespace poolscope::testing {

std::int64_t living_allocations() {
  return living.load(std::memory_order_relaxed) -
         static_cast<std::int64_t>(poolscope::detail::BlockCache::kept());
}

std::uint64_t allocations_of_this_thread() {
  return by_this_thread;
}

FailingAllocation::FailingAllocation(std::uint64_t nth) {
  until_failure = nth;
}
FailingAllocation::~FailingAllocation() {
  until_failure = 0;
}
bool FailingAllocation::failed() const {
  return until_failure == 0;
}

}  // namespace poolscope::testing
