// SPDX-License-Identifier: Apache-2.0
#include "core/bridge/offer.h"

#include <QTemporaryDir>
#include <QTest>

#include <array>
#include <fstream>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

using namespace poolscope::bridge;

namespace {

/// A program that offers itself.
class Offer {
 public:
  explicit Offer(const std::filesystem::path& path)
      : file_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.native().copy(address.sun_path, sizeof address.sun_path - 1);
    bound = bind(file_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  Offer(const Offer&) = delete;
  Offer& operator=(const Offer&) = delete;
  ~Offer() { close(file_); }

  std::string take() const {
    std::array<char, 128> text{};
    const ssize_t size = recv(file_, text.data(), text.size(), MSG_DONTWAIT);
    return size < 0 ? std::string() : std::string(text.data(), static_cast<std::size_t>(size));
  }
  bool bound = false;

 private:
  int file_;
};

}  // namespace

class OfferTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void init() {
    folder_ = std::make_unique<QTemporaryDir>();
    qputenv("XDG_RUNTIME_DIR", folder_->path().toUtf8());
    std::filesystem::create_directory(offers_folder());
  }
  void invitation_reachesTheProgram();
  void programsThatAreThere_areListed_othersAreNot();
  void invitation_thatReachesNobody_namesTheOffer();
  void invitations_thatNobodyTakes_areAnErrorAtLast();
  void withoutARuntimeFolder_theUsersOwnBelowTmpIsIt();

 private:
  std::unique_ptr<QTemporaryDir> folder_;
};

void OfferTest::invitation_reachesTheProgram() {
  const Offer program(offer_of(77));
  QVERIFY(program.bound);
  QVERIFY(invite(offer_of(77), "/run/somewhere/socket"));
  QCOMPARE(program.take(), std::string("/run/somewhere/socket"));
}

void OfferTest::programsThatAreThere_areListed_othersAreNot() {
  const Offer own(offer_of(getpid()));
  const Offer gone(offer_of(0x7fffffff));
  std::ofstream(offers_folder() / "notes.txt") << "x";
  QCOMPARE(offering(), std::vector<std::int64_t>{getpid()});
}

void OfferTest::invitation_thatReachesNobody_namesTheOffer() {
  const auto nobody = invite(offer_of(77), "/s");
  QVERIFY(!nobody);
  QCOMPARE(nobody.error().subject, offer_of(77).string());
  { const Offer ended(offer_of(78)); }
  QVERIFY(!invite(offer_of(78), "/s"));
  QVERIFY(!invite("/" + std::string(200, 'x'), "/s"));
}

void OfferTest::invitations_thatNobodyTakes_areAnErrorAtLast() {
  const Offer program(offer_of(77));
  bool refused = false;
  for (int i = 0; i < 10'000 && !refused; ++i) {
    refused = !invite(offer_of(77), "/s");
  }
  QVERIFY(refused);
}

void OfferTest::withoutARuntimeFolder_theUsersOwnBelowTmpIsIt() {
  qunsetenv("XDG_RUNTIME_DIR");
  QCOMPARE(offers_folder().string(), "/tmp/poolscope-" + std::to_string(geteuid()));
}

QTEST_APPLESS_MAIN(OfferTest)
#include "offer_test.moc"
