#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "tls/context.h"
#include "tls/mbedtls_compat.h"
#include "tls/revocations.h"

namespace sluice::tls {

// mbedTLS's structures with constructors and destructors; internal to tls. They point to each
// other, so they do not move.
struct Context::Impl {
  Impl();
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Status Seed();
  Status SetDefaults(int endpoint);
  Status SetVersion(Version version);
  Status SetOwnCertificate(const std::string& certificate_file, const std::string& key_file);
  Status SetAuthorities(const std::string& file);
  // After SetAuthorities.
  Status SetRevocations(const std::vector<std::string>& files, bool refuse_ended);
  std::shared_ptr<const Revocations> revocations() const;
  // Whether a list says no to what `authority` has signed, by IssuedId.
  Failure JudgeIssued(const TrustId& authority, const TrustId& certificate) const;
  Status SetMaxFragment(uint16_t bytes);
  Status SetAlpn(const std::vector<std::string>& names);
  void SetServerName(const std::string& name);
  Status EnableTickets(std::chrono::seconds lifetime);
  // mbedTLS's callbacks.
  static int WriteTicket(void* impl, const mbedtls_ssl_session* session, unsigned char* start,
                         const unsigned char* end, size_t* size, uint32_t* lifetime);
  static int ParseTicket(void* impl, mbedtls_ssl_session* session, unsigned char* ticket,
                         size_t size);
  Status EnablePsk(std::shared_ptr<const PskKeys> keys);

  mbedtls_entropy_context entropy;
  mbedtls_ctr_drbg_context drbg;  // has a lock of its own
  mbedtls_x509_crt chain;
  mbedtls_pk_context key;
  mbedtls_x509_crt authorities;
  mbedtls_ssl_ticket_context tickets;  // has a lock of its own
  mbedtls_ssl_config config;
  const Clock* clock = nullptr;
  std::shared_ptr<const PskKeys> psk;           // servers; null: none
  std::array<unsigned char, 32> nobodys_psk{};  // of names that nobody has
  std::string server_name;                      // clients
  std::string server_address;              // clients: of a server_name that is one, as in RFC 5280
  std::vector<std::string> alpn;           // clients
  std::vector<const char*> alpn_list;      // mbedTLS reads it as long as it lives
  std::string own_file, authorities_file;  // where they came from; empty: none
  bool is_server = false;
  bool has_certificate = false;
  bool requires_certificate = false;  // servers, of clients
  bool refuse_ended_crl = false;
  NameSource client_name = NameSource::kCommonName;
  std::vector<TrustId> authority_ids;  // sorted
  mutable Mutex revocations_mutex;
  // Replaced as a whole; never null.
  mutable std::shared_ptr<const Revocations> current_revocations
      SLUICE_GUARDED_BY(revocations_mutex) = std::make_shared<const Revocations>();
};

// mbedTLS asks for the key of the name that a client offers; in engine.cc, which remembers the
// name.
int FindPsk(void* context_impl, mbedtls_ssl_context* ssl, const unsigned char* name,
            size_t name_size);

}  // namespace sluice::tls
