#include "tls/certificate_end.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "support/temporary_directory.h"
#include "test_pki.h"

namespace sluice::tls {
namespace {

constexpr const char* kGood = "devices/alpha.crt";
constexpr const char* kEnded = "devices/old.crt";

std::string Read(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

int64_t End(const Result<int64_t>& end) {
  EXPECT_TRUE(end.ok()) << end.status().ToString();
  return end.ok() ? *end : 0;
}

class CertificateEndTest : public testing::Test {
 protected:
  // Of the files of the PKI, one after the other.
  std::string Bundle(const std::string& first, const std::string& second) {
    std::ofstream(directory_.File("bundle"))
        << Read(test::PkiFile(first)) << Read(test::PkiFile(second));
    return directory_.File("bundle");
  }
  test::TemporaryDirectory directory_;
};

TEST_F(CertificateEndTest, OwnOneIsTheFirst) {
  const int64_t ended = End(OwnCertificateEnd(test::PkiFile(kEnded)));
  const int64_t good = End(OwnCertificateEnd(test::PkiFile(kGood)));
  ASSERT_LT(ended, good);
  EXPECT_EQ(End(OwnCertificateEnd(Bundle(kEnded, kGood))), ended);
  EXPECT_EQ(End(OwnCertificateEnd(Bundle(kGood, kEnded))), good);
}

TEST_F(CertificateEndTest, AuthoritiesEndWithTheLast) {
  const int64_t good = End(AuthoritiesEnd(test::PkiFile(kGood)));
  EXPECT_EQ(End(AuthoritiesEnd(Bundle(kEnded, kGood))), good);
  EXPECT_EQ(End(AuthoritiesEnd(Bundle(kGood, kEnded))), good);
}

TEST_F(CertificateEndTest, ItIsThatOfTheContext) {
  const auto context = test::NewServer();
  EXPECT_EQ(End(OwnCertificateEnd(test::PkiServer().certificate_file)),
            context->ends().own.value_or(0));
}

TEST_F(CertificateEndTest, FileThatCannotBeReadHasNone) {
  for (const std::string& path : {directory_.File("nowhere"), test::PkiFile("server.key")}) {
    EXPECT_FALSE(OwnCertificateEnd(path).ok());
    EXPECT_FALSE(AuthoritiesEnd(path).ok());
  }
}

}  // namespace
}  // namespace sluice::tls
