#pragma once

// One spelling for mbedTLS 2.28 and 3.6; internal to tls. What differs between them differs here
// and nowhere else. Only 2.28 has TLS 1.2 alone; with 3.6 a context speaks 1.2 and 1.3.

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/ecp.h>
#include <mbedtls/entropy.h>
#include <mbedtls/error.h>
#include <mbedtls/md.h>
#include <mbedtls/pk.h>
#include <mbedtls/pkcs5.h>
#include <mbedtls/platform.h>
#include <mbedtls/sha256.h>
#include <mbedtls/ssl.h>
#include <mbedtls/ssl_ciphersuites.h>
#include <mbedtls/ssl_ticket.h>
#include <mbedtls/version.h>
#include <mbedtls/x509_crt.h>

#include <string_view>

#if MBEDTLS_VERSION_NUMBER >= 0x03000000
#include <psa/crypto.h>
#define SLUICE_MBEDTLS_3 1
#define SLUICE_MBEDTLS_FIELD(name) MBEDTLS_PRIVATE(name)
#else
#define SLUICE_MBEDTLS_3 0
#define SLUICE_MBEDTLS_FIELD(name) name
#endif

// The oldest that SECURITY.md allows. Older 3.6 take a forged authority for one (CVE-2026-49300),
// among others; Debian's 2.28.3 has what Debian has mended.
#if SLUICE_MBEDTLS_3
#if MBEDTLS_VERSION_NUMBER < 0x03060700
#error "mbedTLS 3 before 3.6.7 has known holes: -DSLUICE_MBEDTLS_SOURCE=$(toolchains/mbedtls.sh)"
#endif
#elif MBEDTLS_VERSION_NUMBER < 0x021c0300
#error "mbedTLS before 2.28.3 has known holes: -DSLUICE_MBEDTLS_SOURCE=$(toolchains/mbedtls.sh)"
#endif

#if !defined(MBEDTLS_THREADING_C)
#error "a context is shared by threads: build mbedTLS with MBEDTLS_THREADING_C"
#endif

namespace sluice::tls::compat {

#if SLUICE_MBEDTLS_3 && defined(MBEDTLS_SSL_PROTO_TLS1_3)
inline constexpr bool kHasTls13 = true;
#else
inline constexpr bool kHasTls13 = false;
#endif

// Once per process before anything else; may be repeated.
inline bool InitCrypto() {
#if SLUICE_MBEDTLS_3
  return psa_crypto_init() == PSA_SUCCESS;
#else
  return true;
#endif
}

inline int ParseKeyFile(mbedtls_pk_context* key, const char* path, mbedtls_ctr_drbg_context* drbg) {
#if SLUICE_MBEDTLS_3
  return mbedtls_pk_parse_keyfile(key, path, nullptr, mbedtls_ctr_drbg_random, drbg);
#else
  static_cast<void>(drbg);
  return mbedtls_pk_parse_keyfile(key, path, nullptr);
#endif
}

inline int CheckPair(const mbedtls_pk_context* public_key, const mbedtls_pk_context* private_key,
                     mbedtls_ctr_drbg_context* drbg) {
#if SLUICE_MBEDTLS_3
  return mbedtls_pk_check_pair(public_key, private_key, mbedtls_ctr_drbg_random, drbg);
#else
  static_cast<void>(drbg);
  return mbedtls_pk_check_pair(public_key, private_key);
#endif
}

// `signature` has room for MBEDTLS_PK_SIGNATURE_MAX_SIZE bytes.
inline int Sign(mbedtls_pk_context* key, const unsigned char (&sha256)[32],
                unsigned char* signature, size_t* signature_size, mbedtls_ctr_drbg_context* drbg) {
#if SLUICE_MBEDTLS_3
  return mbedtls_pk_sign(key, MBEDTLS_MD_SHA256, sha256, sizeof sha256, signature,
                         MBEDTLS_PK_SIGNATURE_MAX_SIZE, signature_size, mbedtls_ctr_drbg_random,
                         drbg);
#else
  return mbedtls_pk_sign(key, MBEDTLS_MD_SHA256, sha256, sizeof sha256, signature, signature_size,
                         mbedtls_ctr_drbg_random, drbg);
#endif
}

inline int Sha256(const unsigned char* data, size_t size, unsigned char (&digest)[32]) {
#if SLUICE_MBEDTLS_3
  return mbedtls_sha256(data, size, digest, 0);
#else
  return mbedtls_sha256_ret(data, size, digest, 0);
#endif
}

inline int Pbkdf2(mbedtls_md_type_t hash, const unsigned char* password, size_t password_size,
                  const unsigned char* salt, size_t salt_size, unsigned iterations,
                  unsigned char* key, size_t key_size) {
#if SLUICE_MBEDTLS_3
  return mbedtls_pkcs5_pbkdf2_hmac_ext(hash, password, password_size, salt, salt_size, iterations,
                                       static_cast<uint32_t>(key_size), key);
#else
  mbedtls_md_context_t context;
  mbedtls_md_init(&context);
  int result = mbedtls_md_setup(&context, mbedtls_md_info_from_type(hash), /*hmac=*/1);
  if (result == 0) {
    result = mbedtls_pkcs5_pbkdf2_hmac(&context, password, password_size, salt, salt_size,
                                       iterations, static_cast<uint32_t>(key_size), key);
  }
  mbedtls_md_free(&context);
  return result;
#endif
}

// Big-endian, positive.
inline int SetSerial(mbedtls_x509write_cert* certificate, const unsigned char* bytes, size_t size) {
#if SLUICE_MBEDTLS_3
  return mbedtls_x509write_crt_set_serial_raw(certificate, const_cast<unsigned char*>(bytes), size);
#else
  mbedtls_mpi serial;
  mbedtls_mpi_init(&serial);
  int result = mbedtls_mpi_read_binary(&serial, bytes, size);
  if (result == 0) result = mbedtls_x509write_crt_set_serial(certificate, &serial);
  mbedtls_mpi_free(&serial);
  return result;
#endif
}

// Basic constraints say that it may sign others.
inline bool IsAuthority(const mbedtls_x509_crt& certificate) {
  return certificate.SLUICE_MBEDTLS_FIELD(ca_istrue) != 0;
}

inline void SetMinVersionTls12(mbedtls_ssl_config* config) {
#if SLUICE_MBEDTLS_3
  mbedtls_ssl_conf_min_tls_version(config, MBEDTLS_SSL_VERSION_TLS1_2);
#else
  mbedtls_ssl_conf_min_version(config, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_3);
#endif
}

// This version and no other. 2.28 has TLS 1.2 alone.
inline void SetVersion(mbedtls_ssl_config* config, bool tls13) {
#if SLUICE_MBEDTLS_3
  const auto version = tls13 ? MBEDTLS_SSL_VERSION_TLS1_3 : MBEDTLS_SSL_VERSION_TLS1_2;
  mbedtls_ssl_conf_min_tls_version(config, version);
  mbedtls_ssl_conf_max_tls_version(config, version);
#else
  static_cast<void>(config);
  static_cast<void>(tls13);
#endif
}

// P-256, then X25519, and P-384 for peers that have nothing else: in TLS 1.2 the list also says
// which keys a certificate may have.
inline void SetCurves(mbedtls_ssl_config* config) {
#if SLUICE_MBEDTLS_3
  static constexpr uint16_t kGroups[] = {
      MBEDTLS_SSL_IANA_TLS_GROUP_SECP256R1, MBEDTLS_SSL_IANA_TLS_GROUP_X25519,
      MBEDTLS_SSL_IANA_TLS_GROUP_SECP384R1, MBEDTLS_SSL_IANA_TLS_GROUP_NONE};
  mbedtls_ssl_conf_groups(config, kGroups);
#else
  static constexpr mbedtls_ecp_group_id kCurves[] = {MBEDTLS_ECP_DP_SECP256R1,
                                                     MBEDTLS_ECP_DP_CURVE25519,
                                                     MBEDTLS_ECP_DP_SECP384R1, MBEDTLS_ECP_DP_NONE};
  mbedtls_ssl_conf_curves(config, kCurves);
#endif
}

// Resumption is left to TLS 1.2: mbedTLS's tickets of TLS 1.3 carry no client certificate, so
// whoever came back with one would have no identity.
inline void ForbidTls13Resumption(mbedtls_ssl_config* config) {
#if defined(MBEDTLS_SSL_PROTO_TLS1_3)
  mbedtls_ssl_conf_tls13_key_exchange_modes(config, MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_EPHEMERAL);
#endif
#if defined(MBEDTLS_SSL_PROTO_TLS1_3) && defined(MBEDTLS_SSL_SESSION_TICKETS) && \
    defined(MBEDTLS_SSL_SRV_C)
  mbedtls_ssl_conf_new_session_tickets(config, 0);
#endif
  static_cast<void>(config);
}

// A key that both sides have from elsewhere (RFC 8446, section 4.2.11), with forward secrecy.
inline void AllowTls13Psk(mbedtls_ssl_config* config) {
#if defined(MBEDTLS_SSL_PROTO_TLS1_3)
  mbedtls_ssl_conf_tls13_key_exchange_modes(config,
                                            MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_EPHEMERAL_ALL);
#endif
  static_cast<void>(config);
}

// What was given to mbedtls_ssl_set_bio.
inline void* TransportOf(const mbedtls_ssl_context* ssl) {
  return ssl->SLUICE_MBEDTLS_FIELD(p_bio);
}

// Whether the suite of a TLS 1.2 handshake proves a pre-shared key.
inline bool IsPskSuite(const mbedtls_ssl_context* ssl) {
  const mbedtls_ssl_ciphersuite_t* const suite =
      mbedtls_ssl_ciphersuite_from_string(mbedtls_ssl_get_ciphersuite(ssl));
  if (suite == nullptr) return false;
  const auto exchange =
      static_cast<mbedtls_key_exchange_type_t>(suite->SLUICE_MBEDTLS_FIELD(key_exchange));
  return exchange == MBEDTLS_KEY_EXCHANGE_PSK || exchange == MBEDTLS_KEY_EXCHANGE_ECDHE_PSK;
}

inline bool IsTls13(const mbedtls_ssl_context* ssl) {
  return std::string_view(mbedtls_ssl_get_version(ssl)) == "TLSv1.3";
}

// Makes a TLS 1.3 client tell when a ticket has come.
inline void EnableTicketSignal(mbedtls_ssl_config* config) {
#if defined(MBEDTLS_SSL_PROTO_TLS1_3) && \
    defined(MBEDTLS_SSL_TLS1_3_SIGNAL_NEW_SESSION_TICKETS_ENABLED)
  mbedtls_ssl_conf_tls13_enable_signal_new_session_tickets(
      config, MBEDTLS_SSL_TLS1_3_SIGNAL_NEW_SESSION_TICKETS_ENABLED);
#else
  static_cast<void>(config);
#endif
}

inline bool IsHandshakeOver(mbedtls_ssl_context* ssl) {
#if SLUICE_MBEDTLS_3
  return mbedtls_ssl_is_handshake_over(ssl) != 0;
#else
  return ssl->state == MBEDTLS_SSL_HANDSHAKE_OVER;
#endif
}

// True while the handshake is about to send or to read the server's certificate, which a resumed
// one skips.
inline bool IsAtServerCertificate(const mbedtls_ssl_context* ssl) {
  return ssl->SLUICE_MBEDTLS_FIELD(state) == MBEDTLS_SSL_SERVER_CERTIFICATE;
}

inline bool IsNewTicketSignal(int result) {
#if defined(MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET)
  return result == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET;
#else
  static_cast<void>(result);
  return false;
#endif
}

// That of a session out of a ticket; null: it has none.
inline const mbedtls_x509_crt* PeerCertificateOf(const mbedtls_ssl_session* session) {
#if defined(MBEDTLS_SSL_KEEP_PEER_CERTIFICATE)
  return session->SLUICE_MBEDTLS_FIELD(peer_cert);
#else
  static_cast<void>(session);
  return nullptr;
#endif
}

// Frees the peer's certificate, some 3 KiB per connection, once everything of interest has been
// read from it.
inline void DropPeerCertificate(mbedtls_ssl_context* ssl) {
#if defined(MBEDTLS_SSL_KEEP_PEER_CERTIFICATE)
  mbedtls_ssl_session* session = ssl->SLUICE_MBEDTLS_FIELD(session);
  mbedtls_x509_crt*& certificate = session->SLUICE_MBEDTLS_FIELD(peer_cert);
  if (certificate == nullptr) return;
  mbedtls_x509_crt_free(certificate);
  mbedtls_free(certificate);
  certificate = nullptr;
#else
  static_cast<void>(ssl);
#endif
}

}  // namespace sluice::tls::compat
