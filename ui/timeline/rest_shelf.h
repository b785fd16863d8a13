// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/timeline/timeline_scene.h"

#include <cstddef>
#include <unordered_map>
#include <utility>
#include <vector>

namespace poolscope::ui {

/// Remembers what stretches of lanes that are over were made of, from one frame to the next, by
/// lane and in time order, as they are asked for: who asks need not search. Bounded: of a lane only
/// what its last walk came by is kept; all is forgotten when it is full.
class RestShelf {
  struct Rest {
    session::TimeNs begin = 0;
    session::TimeNs end = 0;
    DenseColumn column = {};
  };

 public:
  void clear() {
    lanes_.clear();
    kept_ = 0;
  }

  /// The stretches of one lane in one frame.
  class Walk {
   public:
    Walk(const Walk&) = delete;
    Walk& operator=(const Walk&) = delete;
    ~Walk() {
      shelf_.kept_ += shelf_.fresh_.size();
      shelf_.kept_ -= lane_.size();
      lane_.swap(shelf_.fresh_);
    }
    /// What is remembered of [begin, end), which never begins before that of the last call; null if
    /// nothing is. Valid until the next call.
    const DenseColumn* at(session::TimeNs begin, session::TimeNs end) {
      while (next_ < lane_.size() && lane_[next_].begin < begin) {
        ++next_;
      }
      if (next_ == lane_.size() || lane_[next_].begin != begin || lane_[next_].end != end) {
        return nullptr;
      }
      return &shelf_.fresh_.emplace_back(lane_[next_]).column;
    }
    /// Remembers what the last call asked for.
    void put(session::TimeNs begin, session::TimeNs end, const DenseColumn& column) {
      shelf_.fresh_.push_back({begin, end, column});
    }

   private:
    friend class RestShelf;
    Walk(RestShelf& shelf, std::vector<Rest>& lane) : shelf_(shelf), lane_(lane) {
      shelf_.fresh_.clear();
    }

    RestShelf& shelf_;
    std::vector<Rest>& lane_;
    std::size_t next_ = 0;
  };

  /// Only one walk at a time.
  Walk walk(session::LaneId lane) {
    if (kept_ >= kMost) {
      clear();
    }
    return {*this, lanes_[lane]};
  }

 private:
  static constexpr std::size_t kMost = 65'536;

  std::unordered_map<session::LaneId, std::vector<Rest>> lanes_ = {};
  std::vector<Rest> fresh_ = {};  ///< of the walk that goes on
  std::size_t kept_ = 0;          ///< of all lanes
};

}  // namespace poolscope::ui
