#include "tls/context.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "support/temporary_directory.h"
#include "test_pki.h"
#include "tls/engine.h"

namespace sluice::tls {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class ContextTest : public testing::Test {
 protected:
  Status Refusal() { return Context::NewServer(config_).status(); }
  std::vector<std::string> Troubles() {
    const auto context = Context::NewServer(config_);
    EXPECT_TRUE(context.ok()) << context.status().ToString();
    return context.ok() ? (*context)->DateTroubles(SystemClock()) : std::vector<std::string>();
  }
  std::string Write(const std::string& name, const std::string& content, mode_t mode = 0600) {
    std::ofstream(directory_.File(name)) << content;
    chmod(directory_.File(name).c_str(), mode);
    return directory_.File(name);
  }

  ServerConfig config_ = test::PkiServer();
  test::TemporaryDirectory directory_;
};

TEST_F(ContextTest, GoodFilesLoad) {
  const auto context = Context::NewServer(config_);
  ASSERT_TRUE(context.ok()) << context.status().ToString();
  EXPECT_GT((*context)->ends().own.value_or(0), 1'700'000'000);
}

TEST_F(ContextTest, MissingCertificateIsNamed) {
  config_.certificate_file = directory_.File("gone.crt");
  EXPECT_EQ(Refusal().code(), StatusCode::kNotFound);
  EXPECT_THAT(Refusal().message(), HasSubstr(directory_.File("gone.crt")));
}

TEST_F(ContextTest, KeyOfAnotherCertificateIsRefused) {
  config_.key_file = test::PkiFile("devices/alpha.key");
  EXPECT_THAT(Refusal().message(), AllOf(HasSubstr("alpha.key"), HasSubstr("does not belong to"),
                                         HasSubstr("server.crt")));
}

TEST_F(ContextTest, KeyThatOthersCanReadIsRefused) {
  std::filesystem::copy_file(config_.key_file, directory_.File("loose.key"));
  config_.key_file = directory_.File("loose.key");
  chmod(config_.key_file.c_str(), 0644);
  EXPECT_EQ(Refusal().code(), StatusCode::kPermissionDenied);
}

TEST_F(ContextTest, GarbageIsNoKey) {
  config_.key_file = Write("garbage.key", "garbage");
  EXPECT_THAT(Refusal().message(), AllOf(HasSubstr("garbage.key"), HasSubstr("PEM private key")));
}

TEST_F(ContextTest, GarbageIsNoCertificate) {
  config_.certificate_file = Write("garbage.crt", "garbage");
  EXPECT_THAT(Refusal().message(), AllOf(HasSubstr("garbage.crt"), HasSubstr("PEM certificate")));
}

TEST_F(ContextTest, BundleWithOneBrokenCertificateIsRefused) {
  std::ifstream good(config_.client_ca_file);
  std::string bundle((std::istreambuf_iterator<char>(good)), {});
  bundle += "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  config_.client_ca_file = Write("bundle.crt", bundle);
  EXPECT_THAT(Refusal().message(), HasSubstr("1 of its certificates cannot be read"));
}

// The clock may be what is wrong, and a gateway that does not start loses readings.
TEST_F(ContextTest, ExpiredOwnCertificateIsToldAndNotRefused) {
  config_.certificate_file = test::PkiFile("devices/old.crt");
  config_.key_file = test::PkiFile("devices/old.key");
  EXPECT_THAT(Troubles(), ElementsAre(AllOf(HasSubstr("old.crt"), HasSubstr("ended on 20"))));
}

TEST_F(ContextTest, ExpiredAuthorityIsToldAndNotRefused) {
  config_.client_ca_file = test::PkiFile("devices/old.crt");
  EXPECT_THAT(Troubles(), ElementsAre(AllOf(HasSubstr("authority"), HasSubstr("ended on 20"))));
}

TEST_F(ContextTest, CertificatesWithinTheirDatesAreNoTrouble) {
  EXPECT_THAT(Troubles(), IsEmpty());
}

TEST_F(ContextTest, RequiredClientCertificateNeedsAnAuthority) {
  config_.client_ca_file.clear();
  EXPECT_THAT(Refusal().message(), HasSubstr("authority"));
}

}  // namespace
}  // namespace sluice::tls
