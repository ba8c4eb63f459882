// What a revocation list does to who comes, to who is there, and to who has a ticket.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "engine_pair.h"
#include "support/simulated_clock.h"
#include "support/temporary_directory.h"
#include "tls/credentials.h"
#include "tls/revocations.h"

namespace sluice::tls {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class RevocationTest : public testing::Test {
 protected:
  void Use(const std::string& list) { config_.crl_files.push_back(test::PkiFile(list)); }
  std::string Refusal() { return Context::NewServer(config_).status().message(); }
  Failure Verdict(const std::string& device) {
    EnginePair pair(test::NewServer(config_), test::NewClient(test::PkiClient(device)));
    pair.ShakeHands();
    path_ = pair.server.engine->peer() ? pair.server.engine->peer()->trust : TrustPath();
    return pair.server.engine->failure();
  }
  // What a context of the present files says of who came last.
  Failure Later() { return test::NewServer(config_)->Judge(path_); }

  ServerConfig config_ = test::PkiServer();
  TrustPath path_;
};

TEST_F(RevocationTest, RevokedCertificateIsRefusedAndOthersAreNot) {
  Use("alpha.crl");
  EXPECT_EQ(Verdict("alpha"), Failure::kRevoked);
  EXPECT_EQ(Verdict("beta"), Failure::kNone);
}

TEST_F(RevocationTest, ClientHearsThatItIsRevoked) {
  Use("alpha.crl");
  EnginePair pair(test::NewServer(config_), test::NewClient(test::PkiClient("alpha")));
  EXPECT_FALSE(pair.ShakeHands());
  EXPECT_TRUE(EnginePair::IsRefused(pair.client, pair.server));
}

TEST_F(RevocationTest, ListInDerCountsAsWell) {
  Use("alpha.crl.der");
  EXPECT_EQ(Verdict("alpha"), Failure::kRevoked);
}

TEST_F(RevocationTest, SeveralListsAddUp) {
  Use("alpha.crl");
  Use("beta.crl");
  EXPECT_EQ(Verdict("alpha"), Failure::kRevoked);
  EXPECT_EQ(Verdict("beta"), Failure::kRevoked);
}

TEST_F(RevocationTest, SeveralListsInAFileAddUp) {
  test::TemporaryDirectory directory;
  std::ofstream bundle(directory.File("bundle"));
  for (const char* list : {"alpha.crl", "beta.crl"}) {
    bundle << std::ifstream(test::PkiFile(list)).rdbuf();
  }
  bundle.close();
  config_.crl_files = {directory.File("bundle")};
  EXPECT_EQ(Verdict("alpha"), Failure::kRevoked);
  EXPECT_EQ(Verdict("beta"), Failure::kRevoked);
}

TEST_F(RevocationTest, OptionalCertificateThatIsRevokedIsRefusedToo) {
  config_.client_certificate = ClientCertificate::kOptional;
  Use("alpha.crl");
  EXPECT_EQ(Verdict("alpha"), Failure::kRevoked);
  EXPECT_EQ(Verdict(""), Failure::kNone);
}

TEST_F(RevocationTest, SerialNumberOfAnotherAuthorityIsNotMeant) {
  config_.client_ca_file = test::PkiFile("root-ca.crt");
  Use("site.crl");
  EXPECT_EQ(Verdict("alpha"), Failure::kUntrusted);
  EXPECT_EQ(Verdict("deep"), Failure::kRevoked);
}

TEST_F(RevocationTest, RevokedAuthorityInBetweenTakesItsDevicesWithIt) {
  config_.client_ca_file = test::PkiFile("root-ca.crt");
  EXPECT_EQ(Verdict("deep"), Failure::kNone);
  EXPECT_EQ(path_.certificates.size(), 2u);
  Use("site.crl");
  EXPECT_EQ(Later(), Failure::kRevoked);
}

TEST_F(RevocationTest, EndedListStillRevokesAndLetsOthersIn) {
  Use("ended.crl");
  EXPECT_EQ(Verdict("alpha"), Failure::kRevoked);
  EXPECT_EQ(Verdict("beta"), Failure::kNone);
  EXPECT_THAT(test::NewServer(config_)->DateTroubles(SystemClock()),
              ElementsAre(AllOf(HasSubstr("ended.crl ended on 2020-02-01"),
                                HasSubstr("what was revoked since is not known"))));
}

TEST_F(RevocationTest, EndedListRefusesAllWhereThatIsAskedFor) {
  Use("ended.crl");
  config_.refuse_ended_crl = true;
  EXPECT_EQ(Verdict("alpha"), Failure::kRevoked);
  EXPECT_EQ(Verdict("beta"), Failure::kCrlEnded);
  EXPECT_THAT(test::NewServer(config_)->DateTroubles(SystemClock()),
              ElementsAre(HasSubstr("are refused")));
}

TEST_F(RevocationTest, NewerListMakesUpForOneThatHasEnded) {
  Use("ended.crl");
  Use("nobody.crl");
  config_.refuse_ended_crl = true;
  EXPECT_EQ(Verdict("beta"), Failure::kNone);
  EXPECT_THAT(test::NewServer(config_)->DateTroubles(SystemClock()), IsEmpty());
}

TEST_F(RevocationTest, ListThatEndsSoonIsTold) {
  Use("soon.crl");
  EXPECT_THAT(test::NewServer(config_)->DateTroubles(SystemClock()),
              ElementsAre(AllOf(HasSubstr("soon.crl ends on"), HasSubstr("put a new one"))));
}

TEST_F(RevocationTest, EndOfTheListIsKnown) {
  EXPECT_FALSE(test::NewServer(config_)->ends().crl);
  Use("ended.crl");
  EXPECT_EQ(test::NewServer(config_)->ends().crl, 1'580'515'200);  // 2020-02-01
}

TEST_F(RevocationTest, ListOfAStrangerIsNoList) {
  Use("other/alpha.crl");
  // It has the same name as ours.
  EXPECT_THAT(Refusal(), AllOf(HasSubstr("other/alpha.crl"),
                               HasSubstr("the signature is not that authority's")));
}

TEST_F(RevocationTest, ListWhoseAuthorityIsNotThereSaysWhatToDo) {
  Use("site.crl");
  EXPECT_THAT(Refusal(), AllOf(HasSubstr("site.crl"), HasSubstr("CN=root"),
                               HasSubstr("put the certificate of that authority there")));
}

TEST_F(RevocationTest, WhatIsNoListIsRefused) {
  Use("server.crt");
  EXPECT_THAT(Refusal(), AllOf(HasSubstr("server.crt"), HasSubstr("is no CRL in PEM or DER")));
}

TEST_F(RevocationTest, CutListIsRefused) {
  test::TemporaryDirectory directory;
  const std::string cut = directory.File("cut.crl");
  mbedtls_x509_crt authorities;
  mbedtls_x509_crt_init(&authorities);
  ASSERT_TRUE(LoadAuthorities(config_.client_ca_file, &authorities).ok());
  std::filesystem::copy_file(test::PkiFile("alpha.crl.der"), cut);
  EXPECT_TRUE(Revocations().Load(cut, authorities).ok());
  for (auto size = std::filesystem::file_size(cut); size-- > 0;) {
    std::filesystem::resize_file(cut, size);
    EXPECT_THAT(Revocations().Load(cut, authorities).message(), HasSubstr("cut.crl")) << size;
  }
  mbedtls_x509_crt_free(&authorities);
}

TEST_F(RevocationTest, HugeListIsRefused) {
  test::TemporaryDirectory directory;
  std::ofstream(directory.File("huge.crl")) << std::string(Revocations::kMaxFileBytes + 1, 'x');
  config_.crl_files = {directory.File("huge.crl")};
  EXPECT_THAT(Refusal(), HasSubstr("is larger than 1048576 bytes"));
}

TEST_F(RevocationTest, WhoIsThereIsJudgedAgain) {
  ASSERT_EQ(Verdict("alpha"), Failure::kNone);
  EXPECT_EQ(Later(), Failure::kNone);
  Use("beta.crl");
  EXPECT_EQ(Later(), Failure::kNone);
  Use("alpha.crl");
  EXPECT_EQ(Later(), Failure::kRevoked);
}

TEST_F(RevocationTest, WhoseAuthorityIsGoneIsNotTrusted) {
  ASSERT_EQ(Verdict("alpha"), Failure::kNone);
  config_.client_ca_file = test::PkiFile("other/devices-ca.crt");
  EXPECT_EQ(Later(), Failure::kUntrusted);
}

TEST_F(RevocationTest, RenewedAuthorityOfTheSameKeyIsTheSame) {
  ASSERT_EQ(Verdict("alpha"), Failure::kNone);
  config_.client_ca_file = test::PkiFile("devices-ca-renewed.crt");
  EXPECT_EQ(Later(), Failure::kNone);
}

TEST_F(RevocationTest, ContextsOfTheSameFilesJudgeAlike) {
  const auto before = test::NewServer(config_);
  EXPECT_TRUE(before->JudgesLike(*test::NewServer(config_)));
  Use("alpha.crl");
  EXPECT_FALSE(before->JudgesLike(*test::NewServer(config_)));
}

TEST_F(RevocationTest, NewListsAreTakenOverByAContextOfTheSameFiles) {
  const auto context = test::NewServer(config_);
  Use("alpha.crl");
  EXPECT_TRUE(context->TakeRevocations(*test::NewServer(config_)));
  EnginePair pair(context, test::NewClient(test::PkiClient("alpha")));
  EXPECT_FALSE(pair.ShakeHands());
  EXPECT_EQ(pair.server.engine->failure(), Failure::kRevoked);

  config_.client_ca_file = test::PkiFile("devices-ca-renewed.crt");
  EXPECT_FALSE(context->TakeRevocations(*test::NewServer(config_)));
}

TEST_F(RevocationTest, TicketOfWhoIsRevokedMeanwhileDoesNotOpen) {
  ClientConfig alpha = test::PkiClient("alpha"), beta = test::PkiClient("beta");
  alpha.version = beta.version = Version::kTls12;
  const auto server = test::NewServer(config_);
  const auto visit = [&](const ClientConfig& client, const ResumptionTicket* ticket,
                         std::unique_ptr<ResumptionTicket>* next) {
    EnginePair pair(server, test::NewClient(client), ticket);
    if (pair.ShakeHands() && next != nullptr) *next = pair.client.engine->Ticket();
    if (pair.server.engine->peer()) path_ = pair.server.engine->peer()->trust;
    return std::pair(pair.server.engine->failure(), pair.server.engine->resumed());
  };
  std::unique_ptr<ResumptionTicket> alphas, betas;
  visit(alpha, nullptr, &alphas);
  visit(beta, nullptr, &betas);
  EXPECT_EQ(visit(alpha, alphas.get(), nullptr), std::pair(Failure::kNone, true));
  const TrustPath resumed = path_;

  Use("alpha.crl");
  const auto next = test::NewServer(config_);
  EXPECT_EQ(next->Judge(resumed), Failure::kRevoked);
  ASSERT_TRUE(server->TakeRevocations(*next));
  EXPECT_EQ(visit(alpha, alphas.get(), nullptr), std::pair(Failure::kRevoked, false));
  EXPECT_EQ(visit(beta, betas.get(), nullptr), std::pair(Failure::kNone, true));
}

}  // namespace
}  // namespace sluice::tls
