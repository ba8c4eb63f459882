#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "tls/failure.h"
#include "tls/peer_certificate.h"
#include "tls/psk_keys.h"

struct mbedtls_ssl_context;

namespace sluice::tls {

class Engine;
class ResumptionTicket;

enum class ClientCertificate : uint8_t { kRequired, kOptional, kNone };
enum class Version : uint8_t { kTls12, kTls13 };

// TLS 1.3 needs a build with mbedTLS 3.6.
bool Speaks(Version version);

// Paths are of PEM files. The key's file must pass CheckSecretFile. A server takes every version
// that the build speaks.
struct ServerConfig {
  // The server's own, followed by intermediate ones. Empty: none, for clients with a pre-shared key
  // only.
  std::string certificate_file = {};
  std::string key_file = {};
  std::string client_ca_file = {};  // needed unless client_certificate is kNone
  ClientCertificate client_certificate = ClientCertificate::kRequired;
  NameSource client_name = NameSource::kCommonName;
  // Revocation lists of these authorities, PEM or DER; see Revocations. Empty: nothing is revoked.
  std::vector<std::string> crl_files = {};
  // Whether certificates are refused whose authority's lists have all ended; otherwise what such a
  // list revokes stays revoked and the rest comes in: a gateway whose link is down gets no new
  // list, and its devices are not to blame.
  bool refuse_ended_crl = false;
  // How long a session ticket is good for; the key that seals tickets is replaced as often, and the
  // one before it still opens. Zero: no tickets; TLS 1.3 has none here. Bounds how long a stolen
  // ticket or ticket key is of use.
  std::chrono::seconds ticket_lifetime = std::chrono::hours(12);
  // Clients may show a pre-shared key instead of a certificate; null: none may. Where they do there
  // are no session tickets: mbedTLS's do not say whose key it was. In TLS 1.2 also without forward
  // secrecy, because that is all that constrained devices offer.
  std::shared_ptr<const PskKeys> psk = nullptr;
  // Until the wall clock is set, "not yet valid" is no reason to refuse a client: a board without a
  // battery boots in 1970, when no certificate is valid yet. A clock that knows a later time than
  // the machine's (ClockTrust::floored) refuses what has ended by then.
  const Clock* clock = &SystemClock();
};

struct ClientConfig {
  std::string server_ca_file = {};
  // Must be among the names of the server's certificate, or, an IP address, among its addresses.
  std::string server_name = {};
  std::string certificate_file = {};  // empty: no client certificate
  std::string key_file = {};
  // The one that is offered. Never two at once: a client of mbedTLS up to 3.6.7 that offers both
  // can be led into a session without any secret (CVE-2026-115490).
  Version version = Version::kTls12;
  // The largest record either side sends, asked for in TLS 1.2 (RFC 6066, section 4): 512, 1,024,
  // 2,048 or 4,096; 0: 16 KiB. A server may ignore it.
  uint16_t max_fragment_bytes = 0;
  // Offered by ALPN (RFC 7301), the preferred one first; a server that knows none of them ends the
  // handshake, one that knows no ALPN does not mind.
  std::vector<std::string> alpn = {};
};

// When the files of a context end, in seconds since 1970; none: there is none, or it does not say.
struct Ends {
  std::optional<int64_t> own = {};
  std::optional<int64_t> authorities =
      {};                           // the last of them: then nobody's certificate is accepted
  std::optional<int64_t> crl = {};  // the first authority's: then something is not known
};

// Keys, certificates and rules shared by all connections of a listener (or to a server), loaded and
// checked once. Immutable from then on but for what is revoked: engines made from it may work on
// several threads at once. Engines keep it alive.
//
// The curves are P-256, X25519, P-384: with mbedTLS's own order, P-521 first, a handshake costs
// half as much again. Renegotiation is off (it lets a client buy handshakes for the price of a
// record). A client may ask for smaller records (maximum fragment length, RFC 6066): a build with
// MBEDTLS_SSL_VARIABLE_BUFFER_LENGTH then holds no larger buffers once the handshake is over.
class Context : public std::enable_shared_from_this<Context> {
 public:
  // Failures name the file and the remedy: unreadable, loose permissions, not PEM, key of another
  // certificate, no authority.
  static Result<std::shared_ptr<Context>> NewServer(const ServerConfig& config);
  static Result<std::shared_ptr<Context>> NewClient(const ClientConfig& config);
  ~Context();
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  // A new connection, before its handshake; null when memory is short. `resume` (clients only) may
  // be null.
  std::unique_ptr<Engine> NewEngine(const ResumptionTicket* resume = nullptr) const;

  // What is wrong with the dates of the own certificate and of the authorities by the machine's
  // clock and by `clock`, in words with the file's name; empty if nothing is. No reason not to
  // start: the clock may be what is wrong, and what is stored still has to be forwarded.
  std::vector<std::string> DateTroubles(const Clock& clock) const;

  Ends ends() const;

  // What becomes of a connection whose client was verified earlier, perhaps by another context:
  // kNone, kRevoked, or kUntrusted when its authority is none of ours or can't be told.
  Failure Judge(const TrustPath& path) const;
  // Whether it judges everybody as `other` does.
  bool JudgesLike(const Context& other) const;
  // Takes over what `other` revokes, if their files differ in nothing else; false if they do, and
  // `other` has to be used in the place of this one. So that lists which are renewed every hour do
  // not leave a context each behind, for as long as the oldest connection lasts. Any thread.
  bool TakeRevocations(const Context& other) const;

 private:
  friend int FindPsk(void* context_impl, mbedtls_ssl_context* ssl, const unsigned char* name,
                     size_t name_size);
  friend class Engine;
  struct Impl;
  explicit Context(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace sluice::tls
