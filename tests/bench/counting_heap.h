// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace poolscope::bench {

// What operator new gave out in this program (counting_heap.cpp replaces it), with what malloc adds
// to a block. malloc() called by C libraries is not counted. Threads: any.

std::size_t heapBytes();
std::size_t peakHeapBytes();
void resetPeakHeap();  ///< the peak is what is used now

}  // namespace poolscope::bench
