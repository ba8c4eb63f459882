// The server's side of pre-shared keys, with a client on mbedTLS itself: ours offers none.

#include <gtest/gtest.h>

#include <cstring>

#include "engine_pair.h"
#include "tls/mbedtls_compat.h"

namespace sluice::tls {
namespace {

const std::string kKey(32, 'k');

class PskClient {
 public:
  PskClient(const std::string& name, const std::string& key) {
    mbedtls_entropy_init(&entropy_);
    mbedtls_ctr_drbg_init(&drbg_);
    mbedtls_ssl_config_init(&config_);
    mbedtls_ssl_init(&ssl_);
    EXPECT_TRUE(compat::InitCrypto());
    EXPECT_EQ(mbedtls_ctr_drbg_seed(&drbg_, mbedtls_entropy_func, &entropy_, nullptr, 0), 0);
    EXPECT_EQ(mbedtls_ssl_config_defaults(&config_, MBEDTLS_SSL_IS_CLIENT,
                                          MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT),
              0);
    mbedtls_ssl_conf_rng(&config_, mbedtls_ctr_drbg_random, &drbg_);
    mbedtls_ssl_conf_authmode(&config_, MBEDTLS_SSL_VERIFY_NONE);
    const ByteSpan bytes = AsBytes(key), identity = AsBytes(name);
    EXPECT_EQ(mbedtls_ssl_conf_psk(&config_, bytes.data(), bytes.size(), identity.data(),
                                   identity.size()),
              0);
  }
  ~PskClient() {
    mbedtls_ssl_free(&ssl_);
    mbedtls_ssl_config_free(&config_);
    mbedtls_ctr_drbg_free(&drbg_);
    mbedtls_entropy_free(&entropy_);
  }
  PskClient(const PskClient&) = delete;
  PskClient& operator=(const PskClient&) = delete;

  void Offer(const int* suites) { mbedtls_ssl_conf_ciphersuites(&config_, suites); }
  void OfferVersion(Version version) { compat::SetVersion(&config_, version == Version::kTls13); }

  // Whether both are done.
  bool ShakeHands(Engine* server) {
    EXPECT_EQ(mbedtls_ssl_setup(&ssl_, &config_), 0);
    mbedtls_ssl_set_bio(&ssl_, this, Send, Receive, nullptr);
    int result = MBEDTLS_ERR_SSL_WANT_READ;
    auto served = Engine::HandshakeResult::kNeedMore;
    for (int turn = 0; turn < 20; ++turn) {
      if (result == MBEDTLS_ERR_SSL_WANT_READ) result = mbedtls_ssl_handshake(&ssl_);
      if (served != Engine::HandshakeResult::kNeedMore) continue;
      ByteSpan rest = to_server_.view();
      served = server->Handshake(&rest, &to_client_);
      to_server_.Consume(to_server_.size() - rest.size());
    }
    return result == 0 && served == Engine::HandshakeResult::kDone;
  }

 private:
  static int Send(void* self, const unsigned char* bytes, size_t size) {
    static_cast<PskClient*>(self)->to_server_.Append(ByteSpan(bytes, size));
    return static_cast<int>(size);
  }
  static int Receive(void* self, unsigned char* bytes, size_t size) {
    ByteBuffer& input = static_cast<PskClient*>(self)->to_client_;
    if (input.empty()) return MBEDTLS_ERR_SSL_WANT_READ;
    const size_t count = std::min(size, input.size());
    std::memcpy(bytes, input.view().data(), count);
    input.Consume(count);
    return static_cast<int>(count);
  }

  mbedtls_entropy_context entropy_;
  mbedtls_ctr_drbg_context drbg_;
  mbedtls_ssl_config config_;
  mbedtls_ssl_context ssl_;
  ByteBuffer to_server_, to_client_;
};

class PskTest : public testing::Test {
 protected:
  PskTest() {
    keys_->Set({{"pump", kKey}});
    config_.psk = keys_;
  }
  // Without a certificate of its own.
  void Bare() {
    config_ = ServerConfig{};
    config_.client_certificate = ClientCertificate::kNone;
    config_.psk = keys_;
  }
  bool ShakeHands(PskClient& client) {
    context_ = test::NewServer(config_);
    engine_ = context_->NewEngine();
    return client.ShakeHands(engine_.get());
  }

  std::shared_ptr<PskKeys> keys_ = std::make_shared<PskKeys>();
  ServerConfig config_ = test::PkiServer();
  std::shared_ptr<Context> context_;
  std::unique_ptr<Engine> engine_;
};

// Even where certificates are required of those who have no key.
TEST_F(PskTest, KeyProvesItsName) {
  PskClient client("pump", kKey);
  ASSERT_TRUE(ShakeHands(client)) << engine_->FailureText();
  EXPECT_EQ(engine_->psk_name(), "pump");
  EXPECT_FALSE(engine_->peer());
  EXPECT_FALSE(engine_->resumed());
}

TEST_F(PskTest, NoCertificateIsNeededOnEitherSide) {
  Bare();
  for (const Version version : {Version::kTls12, Version::kTls13}) {
    if (!Speaks(version)) continue;
    PskClient client("pump", kKey);
    client.OfferVersion(version);
    ASSERT_TRUE(ShakeHands(client)) << engine_->FailureText();
    EXPECT_EQ(engine_->psk_name(), "pump");
  }
}

TEST_F(PskTest, SuitesOfConstrainedDevicesAreTaken) {
  Bare();
  for (const int suite :
       {MBEDTLS_TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256,
        MBEDTLS_TLS_PSK_WITH_AES_128_GCM_SHA256, MBEDTLS_TLS_PSK_WITH_AES_128_CCM}) {
    PskClient client("pump", kKey);
    client.OfferVersion(Version::kTls12);
    const int suites[] = {suite, 0};
    client.Offer(suites);
    EXPECT_TRUE(ShakeHands(client)) << engine_->FailureText();
    EXPECT_EQ(engine_->psk_name(), "pump");
  }
}

TEST_F(PskTest, WrongKeyAndUnknownNameLookTheSame) {
  Bare();
  for (const char* name : {"pump", "nobody"}) {
    PskClient client(name, std::string(32, 'w'));
    client.OfferVersion(Version::kTls12);
    EXPECT_FALSE(ShakeHands(client));
    EXPECT_EQ(engine_->failure(), Failure::kBadPsk) << engine_->FailureText();
    EXPECT_EQ(engine_->psk_name(), "");
  }
}

TEST_F(PskTest, KeysThatAreReplacedHoldForTheNextHandshake) {
  context_ = test::NewServer(config_);
  keys_->Set({{"other", kKey}});
  engine_ = context_->NewEngine();
  PskClient gone("pump", kKey), there("other", kKey);
  EXPECT_FALSE(gone.ShakeHands(engine_.get()));
  engine_ = context_->NewEngine();
  EXPECT_TRUE(there.ShakeHands(engine_.get()));
}

TEST_F(PskTest, CertificatesWorkBesideKeysAndAreStillRequired) {
  EnginePair pair(test::NewServer(config_), test::NewClient());
  ASSERT_TRUE(pair.ShakeHands());
  EXPECT_EQ(pair.server.engine->peer()->name, "alpha");
  EXPECT_EQ(pair.server.engine->psk_name(), "");
  EnginePair without(test::NewServer(config_), test::NewClient(test::PkiClient("")));
  without.ShakeHands();
  EXPECT_EQ(without.server.engine->failure(), Failure::kNoCertificate);
}

// A ticket would not say whose key it was.
TEST_F(PskTest, NothingIsResumed) {
  const auto server = test::NewServer(config_);
  EnginePair first(server, test::NewClient());
  ASSERT_TRUE(first.ShakeHands());
  const auto ticket = first.client.engine->Ticket();
  EnginePair second(server, test::NewClient(), ticket.get());
  ASSERT_TRUE(second.ShakeHands());
  EXPECT_FALSE(second.server.engine->resumed());
}

TEST_F(PskTest, NoKeyIsTakenWhereNoneIsAsked) {
  config_.psk = nullptr;
  PskClient client("pump", kKey);
  EXPECT_FALSE(ShakeHands(client));
}

}  // namespace
}  // namespace sluice::tls
