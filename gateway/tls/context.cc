#include "tls/context.h"

#include <arpa/inet.h>

#include <algorithm>
#include <string_view>

#include "base/bytes.h"
#include "tls/context_impl.h"
#include "tls/credentials.h"
#include "tls/engine.h"
#include "tls/mbedtls_failure.h"
#include "tls/peer_certificate_reader.h"
#include "tls/trust_reader.h"

namespace sluice::tls {
namespace {

// Forward secrecy and authenticated encryption only, ECDSA first. In front of them those for who
// has a pre-shared key, also without forward secrecy; mbedTLS neither takes nor offers them where
// no key is, and who offers them has often no use for a certificate. ChaCha20-Poly1305 leads
// because mbedTLS computes it faster than AES-GCM even with AES instructions, and by far without.
// CCM is what constrained devices have in hardware.
constexpr int kCipherSuites[] = {
#if SLUICE_MBEDTLS_3
    MBEDTLS_TLS1_3_CHACHA20_POLY1305_SHA256,
    MBEDTLS_TLS1_3_AES_128_GCM_SHA256,
    MBEDTLS_TLS1_3_AES_256_GCM_SHA384,
#endif
    MBEDTLS_TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256,
    MBEDTLS_TLS_PSK_WITH_CHACHA20_POLY1305_SHA256,
    MBEDTLS_TLS_PSK_WITH_AES_128_GCM_SHA256,
    MBEDTLS_TLS_PSK_WITH_AES_256_GCM_SHA384,
    MBEDTLS_TLS_PSK_WITH_AES_128_CCM,
    MBEDTLS_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
    MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_CCM,
    MBEDTLS_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    MBEDTLS_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    MBEDTLS_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    0};

Status Failed(std::string_view what, int error) {
  return {StatusCode::kResourceExhausted, std::string(what) + ": " + ErrorText(error)};
}

// The bytes of an IPv4 or IPv6 address; empty if it is a name.
std::string AddressBytes(const std::string& text) {
  std::string bytes(sizeof(in6_addr), '\0');
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return bytes;
  bytes.resize(sizeof(in_addr));
  if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) return bytes;
  return {};
}

// mbedTLS 2.28 compares names only, and would send an address as a server name, which RFC 6066
// forbids. An address is compared here, with those that the server's certificate has (RFC 5280,
// 4.2.1.6).
int JudgeAddress(void* address_pointer, mbedtls_x509_crt* certificate, int depth, uint32_t* flags) {
  constexpr int kIpAddress = MBEDTLS_ASN1_CONTEXT_SPECIFIC | 7;
  if (depth > 0) return 0;
  const auto& address = *static_cast<const std::string*>(address_pointer);
  const mbedtls_x509_sequence* name = &certificate->subject_alt_names;
  for (; name != nullptr; name = name->next) {
    const std::string_view bytes(reinterpret_cast<const char*>(name->buf.p), name->buf.len);
    if (name->buf.tag == kIpAddress && bytes == address) return 0;
  }
  *flags |= MBEDTLS_X509_BADCERT_CN_MISMATCH;
  return 0;
}

int AuthMode(ClientCertificate wanted) {
  switch (wanted) {
    case ClientCertificate::kNone:
      return MBEDTLS_SSL_VERIFY_NONE;
    case ClientCertificate::kOptional:
      return MBEDTLS_SSL_VERIFY_OPTIONAL;
    case ClientCertificate::kRequired:
      break;
  }
  return MBEDTLS_SSL_VERIFY_REQUIRED;
}

// When the last of them ends.
int64_t LastEnd(const mbedtls_x509_crt& chain) {
  int64_t end = ToUnixSeconds(chain.valid_to);
  for (const mbedtls_x509_crt* crt = chain.next; crt != nullptr; crt = crt->next) {
    end = std::max(end, ToUnixSeconds(crt->valid_to));
  }
  return end;
}

bool HasSameBytes(const mbedtls_x509_crt& one, const mbedtls_x509_crt& other) {
  const mbedtls_x509_crt *a = &one, *b = &other;
  for (; a != nullptr && b != nullptr; a = a->next, b = b->next) {
    if (AsText({a->raw.p, a->raw.len}) != AsText({b->raw.p, b->raw.len})) return false;
  }
  return a == nullptr && b == nullptr;
}

}  // namespace

bool Speaks(Version version) { return version == Version::kTls12 || compat::kHasTls13; }

Context::Impl::Impl() {
  mbedtls_entropy_init(&entropy);
  mbedtls_ctr_drbg_init(&drbg);
  mbedtls_x509_crt_init(&chain);
  mbedtls_pk_init(&key);
  mbedtls_x509_crt_init(&authorities);
  mbedtls_ssl_ticket_init(&tickets);
  mbedtls_ssl_config_init(&config);
}

Context::Impl::~Impl() {
  mbedtls_ssl_config_free(&config);
  mbedtls_ssl_ticket_free(&tickets);
  mbedtls_x509_crt_free(&authorities);
  mbedtls_pk_free(&key);
  mbedtls_x509_crt_free(&chain);
  mbedtls_ctr_drbg_free(&drbg);
  mbedtls_entropy_free(&entropy);
}

Status Context::Impl::Seed() {
  if (!compat::InitCrypto()) return Failed("cannot initialise cryptography", 0);
  const int result = mbedtls_ctr_drbg_seed(&drbg, mbedtls_entropy_func, &entropy, nullptr, 0);
  return result == 0 ? Status::Ok() : Failed("the system gives no randomness", result);
}

Status Context::Impl::SetDefaults(int endpoint) {
  const int result = mbedtls_ssl_config_defaults(&config, endpoint, MBEDTLS_SSL_TRANSPORT_STREAM,
                                                 MBEDTLS_SSL_PRESET_DEFAULT);
  if (result != 0) return Failed("cannot set up TLS", result);
  is_server = endpoint == MBEDTLS_SSL_IS_SERVER;
  mbedtls_ssl_conf_rng(&config, mbedtls_ctr_drbg_random, &drbg);
  mbedtls_ssl_conf_ciphersuites(&config, kCipherSuites);
  compat::SetMinVersionTls12(&config);
  compat::SetCurves(&config);
  compat::ForbidTls13Resumption(&config);
#if defined(MBEDTLS_SSL_RENEGOTIATION)
  mbedtls_ssl_conf_renegotiation(&config, MBEDTLS_SSL_RENEGOTIATION_DISABLED);
#endif
  return Status::Ok();
}

Status Context::Impl::SetVersion(Version version) {
  if (!Speaks(version)) {
    return {StatusCode::kUnimplemented,
            "TLS 1.3 is asked for, but this program is built with mbedTLS 2.28, which ends at 1.2"};
  }
  compat::SetVersion(&config, version == Version::kTls13);
  return Status::Ok();
}

Status Context::Impl::SetOwnCertificate(const std::string& certificate_file,
                                        const std::string& key_file) {
  SLUICE_RETURN_IF_ERROR(LoadOwnCertificate(certificate_file, &chain));
  SLUICE_RETURN_IF_ERROR(LoadKey(key_file, certificate_file, chain, &key, &drbg));
  WarmUpPrivateKey(&key, &drbg);
  has_certificate = true;
  own_file = certificate_file;
  const int result = mbedtls_ssl_conf_own_cert(&config, &chain, &key);
  return result == 0 ? Status::Ok() : Failed("cannot use certificate " + certificate_file, result);
}

Status Context::Impl::SetAuthorities(const std::string& file) {
  SLUICE_RETURN_IF_ERROR(LoadAuthorities(file, &authorities));
  authorities_file = file;
  authority_ids = AuthorityIdsOf(authorities);
  WarmUpPublicKeys(&authorities);
  mbedtls_ssl_conf_ca_chain(&config, &authorities, nullptr);
  return Status::Ok();
}

Status Context::Impl::SetRevocations(const std::vector<std::string>& files, bool refuse_ended) {
  refuse_ended_crl = refuse_ended;
  auto loaded = std::make_shared<Revocations>();
  for (const std::string& file : files) {
    SLUICE_RETURN_IF_ERROR(loaded->Load(file, authorities));
  }
  const MutexLock lock(revocations_mutex);
  current_revocations = std::move(loaded);
  return Status::Ok();
}

std::shared_ptr<const Revocations> Context::Impl::revocations() const {
  const MutexLock lock(revocations_mutex);
  return current_revocations;
}

Failure Context::Impl::JudgeIssued(const TrustId& authority, const TrustId& certificate) const {
  const auto lists = revocations();
  if (lists->empty()) return Failure::kNone;
  if (lists->Revokes(certificate)) return Failure::kRevoked;
  const bool ended = refuse_ended_crl && lists->HasEndedFor(authority, *clock);
  return ended ? Failure::kCrlEnded : Failure::kNone;
}

Status Context::Impl::SetMaxFragment(uint16_t bytes) {
  for (const unsigned char code : {MBEDTLS_SSL_MAX_FRAG_LEN_512, MBEDTLS_SSL_MAX_FRAG_LEN_1024,
                                   MBEDTLS_SSL_MAX_FRAG_LEN_2048, MBEDTLS_SSL_MAX_FRAG_LEN_4096}) {
    if (bytes == 256u << code && mbedtls_ssl_conf_max_frag_len(&config, code) == 0) {
      return Status::Ok();
    }
  }
  return Status::InvalidArgument("a maximum fragment length is 512, 1024, 2048 or 4096, not " +
                                 std::to_string(bytes));
}

Status Context::Impl::SetAlpn(const std::vector<std::string>& names) {
  if (names.empty()) return Status::Ok();
  alpn = names;
  for (const std::string& name : alpn) alpn_list.push_back(name.c_str());
  alpn_list.push_back(nullptr);
  if (mbedtls_ssl_conf_alpn_protocols(&config, alpn_list.data()) == 0) return Status::Ok();
  return Status::InvalidArgument("an ALPN name has 1 to 255 bytes");
}

void Context::Impl::SetServerName(const std::string& name) {
  server_name = name;
  server_address = AddressBytes(name);
  if (!server_address.empty()) mbedtls_ssl_conf_verify(&config, JudgeAddress, &server_address);
}

int Context::Impl::WriteTicket(void* impl, const mbedtls_ssl_session* session, unsigned char* start,
                               const unsigned char* end, size_t* size, uint32_t* lifetime) {
  return mbedtls_ssl_ticket_write(&static_cast<Impl*>(impl)->tickets, session, start, end, size,
                                  lifetime);
}

// Whoever was verified when the ticket was made and would not be now has to show its certificate
// again, and hears why it is refused.
int Context::Impl::ParseTicket(void* impl, mbedtls_ssl_session* session, unsigned char* ticket,
                               size_t size) {
  auto& self = *static_cast<Impl*>(impl);
  const int result = mbedtls_ssl_ticket_parse(&self.tickets, session, ticket, size);
  const mbedtls_x509_crt* const certificate = compat::PeerCertificateOf(session);
  if (result != 0 || certificate == nullptr || self.revocations()->empty()) return result;
  const TrustPath path = PathFromTicket(*certificate, self.authorities);
  const bool stands =
      path.known && self.JudgeIssued(path.authority, path.certificates.front()) == Failure::kNone;
  return stands ? 0 : MBEDTLS_ERR_SSL_SESSION_TICKET_EXPIRED;
}

Status Context::Impl::EnableTickets(std::chrono::seconds lifetime) {
  const int result =
      mbedtls_ssl_ticket_setup(&tickets, mbedtls_ctr_drbg_random, &drbg, MBEDTLS_CIPHER_AES_256_GCM,
                               static_cast<uint32_t>(lifetime.count()));
  if (result != 0) return Failed("cannot set up session tickets", result);
  mbedtls_ssl_conf_session_tickets_cb(&config, WriteTicket, ParseTicket, this);
  return Status::Ok();
}

Status Context::Impl::EnablePsk(std::shared_ptr<const PskKeys> keys) {
  psk = std::move(keys);
  if (const int result = mbedtls_ctr_drbg_random(&drbg, nobodys_psk.data(), nobodys_psk.size());
      result != 0) {
    return Failed("the system gives no randomness", result);
  }
  compat::AllowTls13Psk(&config);
  mbedtls_ssl_conf_psk_cb(&config, FindPsk, this);
  return Status::Ok();
}

Context::Context(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Context::~Context() = default;

Result<std::shared_ptr<Context>> Context::NewServer(const ServerConfig& config) {
  auto impl = std::make_unique<Impl>();
  SLUICE_RETURN_IF_ERROR(impl->Seed());
  SLUICE_RETURN_IF_ERROR(impl->SetDefaults(MBEDTLS_SSL_IS_SERVER));
  if (!config.certificate_file.empty() || config.psk == nullptr) {
    SLUICE_RETURN_IF_ERROR(impl->SetOwnCertificate(config.certificate_file, config.key_file));
  }
  if (config.client_certificate != ClientCertificate::kNone) {
    SLUICE_RETURN_IF_ERROR(impl->SetAuthorities(config.client_ca_file));
    SLUICE_RETURN_IF_ERROR(impl->SetRevocations(config.crl_files, config.refuse_ended_crl));
  }
  mbedtls_ssl_conf_authmode(&impl->config, AuthMode(config.client_certificate));
  impl->requires_certificate = config.client_certificate == ClientCertificate::kRequired;
  impl->client_name = config.client_name;
  impl->clock = config.clock;
  if (config.psk != nullptr) {
    SLUICE_RETURN_IF_ERROR(impl->EnablePsk(config.psk));
  } else if (config.ticket_lifetime.count() > 0) {
    SLUICE_RETURN_IF_ERROR(impl->EnableTickets(config.ticket_lifetime));
  }
  return std::shared_ptr<Context>(new Context(std::move(impl)));
}

Result<std::shared_ptr<Context>> Context::NewClient(const ClientConfig& config) {
  auto impl = std::make_unique<Impl>();
  SLUICE_RETURN_IF_ERROR(impl->Seed());
  SLUICE_RETURN_IF_ERROR(impl->SetDefaults(MBEDTLS_SSL_IS_CLIENT));
  SLUICE_RETURN_IF_ERROR(impl->SetVersion(config.version));
  if (!config.certificate_file.empty()) {
    SLUICE_RETURN_IF_ERROR(impl->SetOwnCertificate(config.certificate_file, config.key_file));
  }
  SLUICE_RETURN_IF_ERROR(impl->SetAuthorities(config.server_ca_file));
  mbedtls_ssl_conf_authmode(&impl->config, MBEDTLS_SSL_VERIFY_REQUIRED);
  if (config.max_fragment_bytes != 0) {
    SLUICE_RETURN_IF_ERROR(impl->SetMaxFragment(config.max_fragment_bytes));
  }
  SLUICE_RETURN_IF_ERROR(impl->SetAlpn(config.alpn));
  compat::EnableTicketSignal(&impl->config);
  impl->SetServerName(config.server_name);
  return std::shared_ptr<Context>(new Context(std::move(impl)));
}

std::vector<std::string> Context::DateTroubles(const Clock& clock) const {
  std::vector<std::string> troubles;
  if (impl_->has_certificate) {
    AddOwnTroubles(impl_->own_file, impl_->chain, clock, &troubles);
  }
  if (!impl_->authorities_file.empty()) {
    AddAuthorityTroubles(impl_->authorities_file, impl_->authorities, clock, &troubles);
  }
  impl_->revocations()->AddTroubles(clock, impl_->refuse_ended_crl, &troubles);
  return troubles;
}

Ends Context::ends() const {
  Ends ends;
  if (impl_->has_certificate) ends.own = ToUnixSeconds(impl_->chain.valid_to);
  if (!impl_->authorities_file.empty()) ends.authorities = LastEnd(impl_->authorities);
  ends.crl = impl_->revocations()->end();
  return ends;
}

Failure Context::Judge(const TrustPath& path) const {
  const auto& authorities = impl_->authority_ids;
  if (!path.known) return Failure::kUntrusted;
  if (!std::binary_search(authorities.begin(), authorities.end(), path.authority)) {
    return Failure::kUntrusted;
  }
  const auto lists = impl_->revocations();
  const bool revoked =
      std::any_of(path.certificates.begin(), path.certificates.end(),
                  [&](const TrustId& certificate) { return lists->Revokes(certificate); });
  return revoked ? Failure::kRevoked : Failure::kNone;
}

bool Context::JudgesLike(const Context& other) const {
  return impl_->authority_ids == other.impl_->authority_ids &&
         *impl_->revocations() == *other.impl_->revocations();
}

bool Context::TakeRevocations(const Context& other) const {
  if (impl_->has_certificate != other.impl_->has_certificate) return false;
  if (impl_->has_certificate && !HasSameBytes(impl_->chain, other.impl_->chain)) return false;
  if (!HasSameBytes(impl_->authorities, other.impl_->authorities)) return false;
  auto theirs = other.impl_->revocations();
  const MutexLock lock(impl_->revocations_mutex);
  impl_->current_revocations = std::move(theirs);
  return true;
}

}  // namespace sluice::tls
