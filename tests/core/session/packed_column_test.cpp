// SPDX-License-Identifier: Apache-2.0
#include "core/session/packed_column.h"

#include "core/session/packed_vector.h"
#include "seed.h"

#include <QTest>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <limits>
#include <random>
#include <vector>

using namespace poolscope::session;
using Value = PackedColumn::Value;

namespace {

/// Gives the value that comes after `last`.
using Next = std::function<Value(Value last, std::mt19937_64& random)>;

struct Values {
  const char* name;
  Next next;
};

const std::vector<Values>& kinds() {
  static const std::vector<Values> kinds = {
      {"rows that count up", [](Value last, auto&) { return last + 1; }},
      {"always the same", [](Value, auto&) { return Value{7}; }},
      {"times with jitter",
       [](Value last, auto& random) { return last + 1'000 + static_cast<Value>(random() % 500); }},
      {"bursts and pauses",
       [](Value last, auto& random) {
         return last + (random() % 200 == 0 ? 200'000'000 : static_cast<Value>(random() % 900));
       }},
      {"hours apart",
       [](Value last, auto& random) {
         return last + Value{3'600'000'000'000} + static_cast<Value>(random() % 1'000'000'000'000);
       }},
      {"mostly absent",
       [](Value, auto& random) {
         return random() % 50 == 0 ? static_cast<Value>(random() % 1000) : PackedColumn::kAbsent;
       }},
      {"codes that fill their bits, and absent ones",
       [](Value, auto& random) {
         const auto code = static_cast<Value>(random() % 9);
         return code == 8 ? PackedColumn::kAbsent : code;
       }},
      {"any 64 bits", [](Value, auto& random) { return static_cast<Value>(random()); }},
      {"the extremes",
       [](Value, auto& random) {
         return random() % 2 == 0 ? std::numeric_limits<Value>::max()
                                  : std::numeric_limits<Value>::min() + (random() % 2 == 0 ? 1 : 0);
       }},
      {"57 bits and 58",
       [](Value, auto& random) {
         return static_cast<Value>(random() >> (random() % 400 == 0 ? 6 : 7));
       }},
  };
  return kinds;
}

/// A column beside a plain vector, and copies of both from earlier.
struct Pair {
  PackedColumn column;
  std::vector<Value> model;

  void push(Value value) {
    column.push_back(value);
    model.push_back(value);
  }
  void set(std::size_t index, Value value) {
    column.set(index, value);
    if (index >= model.size()) {
      model.resize(index + 1, PackedColumn::kAbsent);
    }
    model[index] = value;
  }
  bool same() const {
    if (column.size() != model.size() || column.get(model.size()) != PackedColumn::kAbsent) {
      return false;
    }
    for (std::size_t i = 0; i < model.size(); ++i) {
      if (column[i] != model[i]) {
        std::printf("index %zu of %zu: %lld, not %lld; POOLSCOPE_SEED=%llu\n", i, model.size(),
                    static_cast<long long>(column[i]), static_cast<long long>(model[i]),
                    static_cast<unsigned long long>(seed()));
        return false;
      }
    }
    return true;
  }
};

}  // namespace

class PackedColumnTest : public QObject {
  Q_OBJECT

 private slots:
  void anyWrites_readAsAVector_alsoInCopies_data();
  void anyWrites_readAsAVector_alsoInCopies();
  void lowerBound_fromAnyHint_isTheVectors_data();
  void lowerBound_fromAnyHint_isTheVectors();
  void sparseVector_givesAbsentBack();
};

void PackedColumnTest::anyWrites_readAsAVector_alsoInCopies_data() {
  QTest::addColumn<int>("kind");
  for (std::size_t i = 0; i < kinds().size(); ++i) {
    QTest::newRow(kinds()[i].name) << static_cast<int>(i);
  }
}

void PackedColumnTest::anyWrites_readAsAVector_alsoInCopies() {
  QFETCH(int, kind);
  std::mt19937_64 random(seed() + static_cast<std::uint64_t>(kind));
  const Next& next = kinds()[static_cast<std::size_t>(kind)].next;
  Pair pair;
  std::vector<Pair> copies;
  Value last = 0;
  for (int step = 0; step < 400; ++step) {
    switch (random() % 8) {
      case 0:
        if (!pair.model.empty()) {
          pair.set(random() % pair.model.size(), next(last, random));
        }
        break;
      case 1:
        pair.set(pair.model.size() + random() % 100, last = next(last, random));
        break;
      case 2: {
        const std::size_t size =
            pair.model.size() - std::min<std::size_t>(pair.model.size(), random() % 70);
        pair.column.truncate(size);
        pair.model.resize(size);
        break;
      }
      case 3:
        pair.column.freeze();
        copies.push_back(pair);
        break;
      default:
        for (std::uint64_t i = random() % 300; i > 0; --i) {
          pair.push(last = next(last, random));
        }
    }
  }
  QVERIFY(pair.model.size() > 10 * PackedColumn::kChunk);
  QVERIFY(copies.size() > 10);
  QVERIFY(pair.same());
  for (const Pair& copy : copies) {
    QVERIFY(copy.same());
  }
}

void PackedColumnTest::lowerBound_fromAnyHint_isTheVectors_data() {
  QTest::addColumn<int>("kind");
  for (const std::size_t i : {0, 1, 2, 3, 4}) {
    QTest::newRow(kinds()[i].name) << static_cast<int>(i);
  }
}

void PackedColumnTest::lowerBound_fromAnyHint_isTheVectors() {
  QFETCH(int, kind);
  std::mt19937_64 random(seed());
  QCOMPARE(PackedColumn().lower_bound(3, 17), std::size_t{0});
  Pair pair;
  Value last = 0;
  while (pair.model.size() < 5'000) {
    pair.push(last = kinds()[static_cast<std::size_t>(kind)].next(last, random));
  }
  for (int question = 0; question < 2'000; ++question) {
    const Value value =
        pair.model[random() % pair.model.size()] + static_cast<Value>(random() % 3) - 1;
    const auto place = std::lower_bound(pair.model.begin(), pair.model.end(), value);
    const auto expected = static_cast<std::size_t>(place - pair.model.begin());
    QCOMPARE(pair.column.lower_bound(value, random() % 6'000), expected);
  }
  QCOMPARE(pair.column.lower_bound(last + 1), pair.model.size());
}

void PackedColumnTest::sparseVector_givesAbsentBack() {
  constexpr std::uint32_t kNothing = 9;
  PackedVector<std::uint32_t> values;
  values.set_sparse(1'000, kNothing, kNothing);
  QVERIFY(values.empty());
  values.set_sparse(1'000, 3, kNothing);
  QCOMPARE(values.size(), std::size_t{1'001});
  QCOMPARE(values.get_or(999, kNothing), kNothing);
  QCOMPARE(values.get_or(1'000, kNothing), 3U);
  QCOMPARE(values.get_or(2'000, kNothing), kNothing);
  values.set_sparse(1'000, kNothing, kNothing);
  QCOMPARE(values.get_or(1'000, kNothing), kNothing);
}

QTEST_APPLESS_MAIN(PackedColumnTest)
#include "packed_column_test.moc"
