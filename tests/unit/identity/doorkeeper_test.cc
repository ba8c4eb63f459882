#include "identity/doorkeeper.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <deque>
#include <optional>
#include <vector>

#include "support/simulated_clock.h"
#include "support/simulated_scheduler.h"

namespace sluice::identity {
namespace {

using codec::ReasonCode;
using std::chrono::seconds;

// Made by mosquitto_passwd 2.0.11: quick to make nothing of when it is wrong, see HandWorker.
constexpr char kMosquittoOfSecret[] =
    "$7$101$H1Wzz4Kvz3VFL+nt$DcUKuFhqszWWkkaPjMb3vKcPw7xJ1kv5rz9lF/VwI6f1DAscRNAgjypM4pC1+O5BdIYT2R"
    "xwwA+AYdwHJFXxXw==";

// Works when the test says so.
class HandWorker final : public HashWorker {
 public:
  void Run(std::function<void()> work, std::function<void()> done) override {
    jobs.push_back({std::move(work), std::move(done)});
  }
  bool RunOne() {
    if (jobs.empty()) return false;
    const auto [work, done] = std::move(jobs.front());
    jobs.pop_front();
    work();
    done();
    return true;
  }
  std::deque<std::pair<std::function<void()>, std::function<void()>>> jobs;
};

// Somebody who waits for an answer.
struct Caller {
  Lifetime lifetime;
  std::optional<Decision> decision;
};

class DoorkeeperTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { hash_of_secret_ = HashPassword("secret").value(); }

  DoorkeeperTest() {
    rules_.password = true;
    rules_.certificate = true;
    EXPECT_TRUE(accounts_.Put({.name = "pump", .password_hash = hash_of_secret_}).ok());
  }

  PasswordCheck& passwords() {
    if (!passwords_) {
      passwords_.emplace(options_,
                         PasswordCheck::Parts{scheduler_, accounts_, worker_, failures_, metrics_});
    }
    return *passwords_;
  }
  Caller& Knock(std::optional<std::string_view> name, std::optional<std::string_view> password,
                std::string_view source = "192.0.2.1") {
    Caller& caller = callers_.emplace_back();
    codec::Connect connect;
    connect.user_name = name;
    if (password) connect.password = AsBytes(*password);
    const Evidence evidence{.rules = rules_,
                            .certificate = certificate_ ? &*certificate_ : nullptr,
                            .psk_name = psk_name_,
                            .source = source};
    Doorkeeper({accounts_, passwords(), failures_})
        .Authenticate(
            {evidence, connect},
            Answer(caller.lifetime.watch(), [&caller](const Decision& d) { caller.decision = d; }));
    return caller;
  }
  // "pump", or "refused 86: wrong password".
  std::string Heard(const Caller& caller) {
    if (!caller.decision) return "nothing";
    const Decision& decision = *caller.decision;
    if (decision.reason == ReasonCode::kSuccess) return decision.identity;
    return fmt::format("refused {:x}: {}", static_cast<int>(decision.reason), decision.why);
  }
  std::string Login(std::optional<std::string_view> name,
                    std::optional<std::string_view> password) {
    Caller& caller = Knock(name, password);
    while (worker_.RunOne()) {
    }
    return Heard(caller);
  }
  uint64_t Failed(const std::string& reason) {
    return metrics_.AddCounter("sluice_logins_failed_total", "", "reason=\"" + reason + "\"")
        .value();
  }
  void ShowCertificate(const std::string& name) {
    certificate_.emplace();
    certificate_->name = name;
  }

  static std::string hash_of_secret_;
  test::SimulatedClock clock_;
  test::SimulatedScheduler scheduler_{&clock_};
  Metrics metrics_;
  Accounts accounts_{100};
  HandWorker worker_;
  LoginFailures failures_{metrics_};
  PasswordCheckOptions options_;
  std::optional<PasswordCheck> passwords_;
  EntryRules rules_;
  std::optional<tls::PeerCertificate> certificate_;
  std::string psk_name_;
  std::deque<Caller> callers_;
};
std::string DoorkeeperTest::hash_of_secret_;

TEST_F(DoorkeeperTest, CommonNameIsTheIdentity) {
  ShowCertificate("sensor-7");
  rules_.anonymous = "anonymous";
  Caller& caller = Knock({}, {});
  EXPECT_EQ(Heard(caller), "sensor-7");
  EXPECT_FALSE(caller.decision->is_shared);
}

TEST_F(DoorkeeperTest, CertificateSaysNothingWhereItIsNotAccepted) {
  ShowCertificate("sensor-7");
  rules_.certificate = false;
  EXPECT_EQ(Login({}, {}).substr(0, 10), "refused 86");
  rules_.anonymous = "anonymous";
  EXPECT_EQ(Login({}, {}), "anonymous");
}

TEST_F(DoorkeeperTest, StrangersShareTheListenersName) {
  rules_.anonymous = "anonymous";
  Caller& caller = Knock("somebody", {});
  EXPECT_EQ(Heard(caller), "anonymous");
  EXPECT_TRUE(caller.decision->is_shared);
}

TEST_F(DoorkeeperTest, StrangersAreRefusedWhereTheyHaveNoName) {
  rules_.password = false;
  EXPECT_EQ(Login({}, {}),
            "refused 87: it came without a certificate, which its listener asks for");
  EXPECT_EQ(Failed("nothing_shown"), 1U);
}

TEST_F(DoorkeeperTest, NameWithoutPasswordIsNobodys) {
  EXPECT_EQ(Login("pump", {}),
            "refused 86: it came without a password, which its listener asks for");
  EXPECT_EQ(Failed("no_password"), 1U);
}

TEST_F(DoorkeeperTest, RightPasswordLetsIn) { EXPECT_EQ(Login("pump", "secret"), "pump"); }

// Even where strangers are welcome: who says who he is means it.
TEST_F(DoorkeeperTest, WrongOnesAllHearTheSame) {
  rules_.anonymous = "anonymous";
  ASSERT_TRUE(
      accounts_.Put({.name = "off", .enabled = false, .password_hash = hash_of_secret_}).ok());
  ASSERT_TRUE(accounts_.Put({.name = "bare"}).ok());
  EXPECT_EQ(Login("pump", "Secret"), "refused 86: wrong password");
  EXPECT_EQ(Login("pump", ""), "refused 86: wrong password");
  EXPECT_EQ(Login("nobody", "secret"), "refused 86: nobody has this name");
  EXPECT_EQ(Login("off", "secret"), "refused 86: it is disabled");
  EXPECT_EQ(Login("bare", ""), "refused 86: it has no password");
  EXPECT_EQ(Login({}, "secret"), "refused 86: it sent a password without a user name");
  EXPECT_EQ(Login("pump", std::string(kMaxPasswordBytes + 1, 'x')),
            "refused 86: nobody has this name");
  EXPECT_EQ(Failed("wrong_password"), 3U);
  EXPECT_EQ(Failed("unknown"), 2U);
  EXPECT_EQ(Failed("disabled"), 1U);
  EXPECT_EQ(Failed("no_user_name"), 1U);
}

TEST_F(DoorkeeperTest, PasswordThatNobodyChecksIsRefused) {
  rules_.password = false;
  ShowCertificate("sensor-7");
  EXPECT_EQ(Login("pump", "secret").substr(0, 57),
            "refused 87: it sent a password, which its listener does n");
  EXPECT_EQ(Failed("not_accepted"), 1U);
}

TEST_F(DoorkeeperTest, PasswordDecidesBeforeACertificate) {
  ShowCertificate("sensor-7");
  EXPECT_EQ(Login("pump", "secret"), "pump");
  EXPECT_EQ(Login("pump", "wrong"), "refused 86: wrong password");
}

TEST_F(DoorkeeperTest, WhoIsDisabledHasNoUseForItsCertificate) {
  ShowCertificate("sensor-7");
  ASSERT_TRUE(accounts_.Put({.name = "sensor-7", .enabled = false}).ok());
  EXPECT_EQ(Login({}, {}), "refused 87: it is disabled");
}

TEST_F(DoorkeeperTest, NameOfTheKeyIsTheIdentity) {
  rules_.psk = true;
  psk_name_ = "valve";
  EXPECT_EQ(Login({}, {}), "refused 87: its pre-shared key was removed");
  const std::string key(32, 'k');
  ASSERT_TRUE(accounts_.Put({.name = "valve", .psk = key}).ok());
  EXPECT_EQ(Login({}, {}), "valve");
  EXPECT_EQ(Login("pump", "secret"), "pump");
  ASSERT_TRUE(accounts_.Put({.name = "valve", .enabled = false, .psk = key}).ok());
  EXPECT_EQ(Login({}, {}), "refused 87: it is disabled");
  rules_.psk = false;
  EXPECT_EQ(Login({}, {}).substr(0, 10), "refused 86");
}

TEST_F(DoorkeeperTest, MosquittosHashIsReplacedAtTheFirstLogin) {
  ASSERT_TRUE(accounts_.Put({.name = "old", .password_hash = kMosquittoOfSecret}).ok());
  EXPECT_EQ(Login("old", "wrong"), "refused 86: wrong password");
  EXPECT_EQ(accounts_.Find("old")->password_hash, kMosquittoOfSecret);
  EXPECT_EQ(Login("old", "secret"), "old");
  EXPECT_EQ(accounts_.Find("old")->password_hash.substr(0, 10), "$argon2id$");
  EXPECT_EQ(Login("old", "secret"), "old");
}

TEST_F(DoorkeeperTest, OneIsHashedAtATimeInTheOrderOfTheirComing) {
  Caller& first = Knock("pump", "secret");
  Caller& second = Knock("pump", "wrong");
  EXPECT_EQ(worker_.jobs.size(), 1U);
  worker_.RunOne();
  EXPECT_EQ(Heard(first), "pump");
  EXPECT_EQ(Heard(second), "nothing");
  EXPECT_EQ(worker_.jobs.size(), 1U);
  worker_.RunOne();
  EXPECT_EQ(Heard(second), "refused 86: wrong password");
}

TEST_F(DoorkeeperTest, WhoHasGoneIsPassedOver) {
  Knock("pump", "a");
  Caller& gone = Knock("pump", "b");
  Caller& there = Knock("pump", "secret");
  gone.lifetime.Renew();
  worker_.RunOne();
  worker_.RunOne();
  EXPECT_EQ(Heard(there), "pump");
  EXPECT_EQ(Heard(gone), "nothing");
}

TEST_F(DoorkeeperTest, MoreThanMayWaitAreToldToComeAgain) {
  options_.max_waiting = 4;
  std::vector<Caller*> callers;
  // The first is being hashed and waits no more; an address has half of the places.
  for (int i = 0; i < 4; ++i) callers.push_back(&Knock("pump", "secret", "192.0.2.1"));
  EXPECT_EQ(Heard(*callers[3]), "refused 89: too many passwords wait to be checked");
  for (int i = 0; i < 2; ++i) callers.push_back(&Knock("pump", "secret", "192.0.2.2"));
  EXPECT_EQ(Heard(*callers[5]), "nothing");
  callers.push_back(&Knock("pump", "secret", "192.0.2.3"));
  EXPECT_EQ(Heard(*callers[6]), "refused 89: too many passwords wait to be checked");
  EXPECT_EQ(Failed("busy"), 2U);
  // Those who leave make room.
  callers[5]->lifetime.Renew();
  Caller& late = Knock("pump", "secret", "192.0.2.3");
  while (worker_.RunOne()) {
  }
  EXPECT_EQ(Heard(late), "pump");
}

TEST_F(DoorkeeperTest, AddressThatIsWrongTooOftenIsNotEvenLookedAt) {
  options_.failures_at_once = 2;
  EXPECT_EQ(Login("pump", "a"), "refused 86: wrong password");
  EXPECT_EQ(Login("nobody", "b"), "refused 86: nobody has this name");
  EXPECT_EQ(Login("pump", "secret"),
            "refused 9f: its address sent too many wrong passwords and has to wait");
  EXPECT_EQ(Failed("slowed"), 1U);
  Caller& elsewhere = Knock("pump", "secret", "192.0.2.2");
  worker_.RunOne();
  EXPECT_EQ(Heard(elsewhere), "pump");
  scheduler_.Advance(seconds(2));
  EXPECT_EQ(Login("pump", "secret"), "pump");
}

TEST_F(DoorkeeperTest, IdentityThatIsChangedMeanwhileIsLookedAtAgain) {
  Caller& removed = Knock("pump", "secret");
  accounts_.Remove("pump");
  worker_.RunOne();
  EXPECT_EQ(Heard(removed), "refused 89: the identity was changed meanwhile");
  ASSERT_TRUE(accounts_.Put({.name = "pump", .password_hash = hash_of_secret_}).ok());
  Caller& disabled = Knock("pump", "secret");
  ASSERT_TRUE(
      accounts_.Put({.name = "pump", .enabled = false, .password_hash = hash_of_secret_}).ok());
  worker_.RunOne();
  EXPECT_EQ(Heard(disabled), "refused 86: it is disabled");
}

TEST_F(DoorkeeperTest, HashThatEndsLaterFindsNobody) {
  Caller& caller = Knock("pump", "secret");
  passwords_.reset();
  worker_.RunOne();
  EXPECT_EQ(Heard(caller), "nothing");
}

}  // namespace
}  // namespace sluice::identity
