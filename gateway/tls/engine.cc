#include "tls/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/identity.h"
#include "base/status.h"
#include "tls/context.h"
#include "tls/context_impl.h"
#include "tls/handshake_records.h"
#include "tls/mbedtls_failure.h"
#include "tls/peer_certificate_reader.h"
#include "tls/trust_reader.h"

namespace sluice::tls {

struct ResumptionTicket::Impl {
  Impl() { mbedtls_ssl_session_init(&session); }
  ~Impl() { mbedtls_ssl_session_free(&session); }
  mbedtls_ssl_session session;
};

ResumptionTicket::ResumptionTicket(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ResumptionTicket::~ResumptionTicket() = default;

// The buffers of the call under way, where mbedTLS's transport callbacks find them.
struct Engine::Impl {
  Impl() { mbedtls_ssl_init(&ssl); }
  ~Impl() { mbedtls_ssl_free(&ssl); }

  // mbedTLS hands over whole records. A ClientHello stays in one piece: whether the server takes it
  // otherwise is not known yet.
  static int Send(void* self, const unsigned char* bytes, size_t size) {
    auto& impl = *static_cast<Impl*>(self);
    const ByteSpan records(bytes, size);
    if (impl.sends_plaintext && !IsClientHello(records)) {
      const int most = mbedtls_ssl_get_max_out_record_payload(&impl.ssl);
      impl.sends_plaintext =
          AppendInPieces(records, most > 0 ? static_cast<size_t>(most) : 0, impl.output);
    } else {
      impl.output->Append(records);
    }
    return static_cast<int>(size);
  }

  static int JudgeLink(void* self, mbedtls_x509_crt* certificate, int depth, uint32_t* flags);

  static int Receive(void* self, unsigned char* bytes, size_t size) {
    auto& impl = *static_cast<Impl*>(self);
    if (impl.joiner) return impl.ReceiveJoined({bytes, size});
    ByteSpan& input = *impl.input;
    if (input.empty()) return MBEDTLS_ERR_SSL_WANT_READ;
    const size_t count = std::min(size, input.size());
    std::memcpy(bytes, input.data(), count);
    input = input.subspan(count);
    return static_cast<int>(count);
  }

  // During the handshake: what is not a whole record is left, so that its owner sees when it is.
  int ReceiveJoined(std::span<unsigned char> bytes) {
    ByteBuffer& joined = joiner->joined();
    while (joined.empty()) {
      const size_t record = RecordBytes(*input);
      if (record == 0) return MBEDTLS_ERR_SSL_WANT_READ;
      joiner->Take(input->first(record));
      *input = input->subspan(record);
    }
    const size_t count = std::min(bytes.size(), joined.size());
    std::memcpy(bytes.data(), joined.data(), count);
    joined.Consume(count);
    return static_cast<int>(count);
  }

  mbedtls_ssl_context ssl;
  ByteSpan* input = nullptr;
  ByteBuffer* output = nullptr;
  const Context::Impl* context = nullptr;
  bool saw_server_certificate = false;
  // Null once the handshake is over, when no records are to be joined.
  std::unique_ptr<HandshakeJoiner> joiner = std::make_unique<HandshakeJoiner>();
  bool sends_plaintext = true;  // nothing that is encrypted has been sent
  // Servers: of the client's certificate, and the one whose signature comes next.
  TrustPath path = {};
  TrustId signer = {};
  std::string offered_psk = {};  // the name last offered
};

// A name that nobody has gets a key that nobody has: the handshake ends as with a wrong key, so
// that names can't be found out.
int FindPsk(void* context_impl, mbedtls_ssl_context* ssl, const unsigned char* name,
            size_t name_size) {
  const auto& context = *static_cast<const Context::Impl*>(context_impl);
  const std::string_view offered = AsText({name, name_size});
  Engine::NoteOfferedPsk(compat::TransportOf(ssl), offered);
  const auto keys = context.psk->Get();
  const auto found = keys->find(offered);
  if (found == keys->end()) {
    return mbedtls_ssl_set_hs_psk(ssl, context.nobodys_psk.data(), context.nobodys_psk.size());
  }
  const ByteSpan key = AsBytes(found->second);
  return mbedtls_ssl_set_hs_psk(ssl, key.data(), key.size());
}

// The authority comes first, the client's own certificate last. mbedTLS judges dates by the
// machine's clock; what ours knows better is put right.
int Engine::Impl::JudgeLink(void* self, mbedtls_x509_crt* certificate, int depth, uint32_t* flags) {
  auto& impl = *static_cast<Impl*>(self);
  const Clock& clock = *impl.context->clock;
  if (!clock.WallIsSet()) *flags &= ~static_cast<uint32_t>(MBEDTLS_X509_BADCERT_FUTURE);
  if (HasEnded(*certificate, clock)) *flags |= MBEDTLS_X509_BADCERT_EXPIRED;
  if (!std::exchange(impl.path.known, true)) {
    impl.path.authority = impl.signer = AuthorityIdOf(*certificate);
    return 0;
  }
  const TrustId issued = IssuedId(impl.signer, certificate->serial);
  const Failure failure = impl.context->JudgeIssued(impl.signer, issued);
  if (failure == Failure::kRevoked) *flags |= MBEDTLS_X509_BADCERT_REVOKED;
  if (failure == Failure::kCrlEnded) *flags |= MBEDTLS_X509_BADCRL_EXPIRED;
  impl.path.certificates.push_back(issued);
  if (depth > 0) impl.signer = AuthorityIdOf(*certificate);
  return 0;
}

void Engine::NoteOfferedPsk(void* impl, std::string_view name) {
  static_cast<Impl*>(impl)->offered_psk = name.substr(0, kMaxIdentityBytes);
}

Engine::Engine(std::unique_ptr<Impl> impl, std::shared_ptr<const Context> context)
    : context_(std::move(context)), impl_(std::move(impl)) {}
Engine::~Engine() = default;

std::unique_ptr<Engine> Context::NewEngine(const ResumptionTicket* resume) const {
  auto impl = std::make_unique<Engine::Impl>();
  mbedtls_ssl_context* ssl = &impl->ssl;
  if (mbedtls_ssl_setup(ssl, &impl_->config) != 0) return nullptr;
  const char* const name = impl_->server_address.empty() ? impl_->server_name.c_str() : nullptr;
  if (!impl_->is_server && mbedtls_ssl_set_hostname(ssl, name) != 0) return nullptr;
  if (resume != nullptr && mbedtls_ssl_set_session(ssl, &resume->impl_->session) != 0) {
    return nullptr;
  }
  impl->context = impl_.get();
  if (impl_->is_server) mbedtls_ssl_set_verify(ssl, Engine::Impl::JudgeLink, impl.get());
  mbedtls_ssl_set_bio(ssl, impl.get(), Engine::Impl::Send, Engine::Impl::Receive, nullptr);
  return std::unique_ptr<Engine>(new Engine(std::move(impl), shared_from_this()));
}

Engine::HandshakeResult Engine::Handshake(ByteSpan* ciphertext, ByteBuffer* output) {
  SLUICE_CHECK(failure_ == Failure::kNone);
  impl_->input = ciphertext;
  impl_->output = output;
  mbedtls_ssl_context* ssl = &impl_->ssl;
  while (!compat::IsHandshakeOver(ssl)) {
    impl_->saw_server_certificate |= compat::IsAtServerCertificate(ssl);
    const size_t said_before = output->size();
    const int result = mbedtls_ssl_handshake_step(ssl);
    if (result == MBEDTLS_ERR_SSL_WANT_READ) return HandshakeResult::kNeedMore;
    if (result == 0) continue;
    const Failure failure = ClassifyError(result, mbedtls_ssl_get_verify_result(ssl));
    const bool is_bad_psk = failure == Failure::kProtocol && !impl_->offered_psk.empty();
    Fail(result, is_bad_psk ? Failure::kBadPsk : failure);
    if (output->size() == said_before) SendAlert(MBEDTLS_SSL_ALERT_MSG_HANDSHAKE_FAILURE);
    return HandshakeResult::kFailed;
  }
  return FinishHandshake() ? HandshakeResult::kDone : HandshakeResult::kFailed;
}

bool Engine::FinishHandshake() {
  impl_->joiner.reset();  // mbedTLS has seen all that it has put together
  if (HasProvenPsk()) psk_name_ = impl_->offered_psk;
  resumed_ = !impl_->saw_server_certificate && psk_name_.empty();
  CheckPeer();
  if (context_->impl_->is_server) compat::DropPeerCertificate(&impl_->ssl);
  return failure_ == Failure::kNone;
}

// In TLS 1.3 a key may be offered and a certificate taken nevertheless.
bool Engine::HasProvenPsk() const {
  if (!context_->impl_->is_server || impl_->offered_psk.empty()) return false;
  if (compat::IsTls13(&impl_->ssl)) return !impl_->saw_server_certificate;
  return compat::IsPskSuite(&impl_->ssl);
}

// Judges what mbedTLS leaves to us: it lets a bad certificate pass where one is optional, takes a
// certificate out of a ticket without a look at the calendar, and a ticket without one for proof.
void Engine::CheckPeer() {
  mbedtls_ssl_context* ssl = &impl_->ssl;
  const mbedtls_x509_crt* certificate = mbedtls_ssl_get_peer_cert(ssl);
  if (!context_->impl_->is_server) return;
  if (certificate == nullptr) {
    if (!context_->impl_->requires_certificate || !psk_name_.empty()) return;
    SendAlert(MBEDTLS_SSL_ALERT_MSG_NO_CERT);
    return Fail(MBEDTLS_ERR_X509_CERT_VERIFY_FAILED, Failure::kNoCertificate);
  }
  auto read = ReadPeerCertificate(*certificate, context_->impl_->client_name);
  if (resumed_) impl_->path = PathFromTicket(*certificate, context_->impl_->authorities);
  if (read.ok()) {
    peer_ = std::move(*read);
    peer_->trust = std::move(impl_->path);
  }
  Failure failure = ClassifyVerifyFlags(mbedtls_ssl_get_verify_result(ssl));
  int alert = failure == Failure::kRevoked ? MBEDTLS_SSL_ALERT_MSG_CERT_REVOKED
                                           : MBEDTLS_SSL_ALERT_MSG_BAD_CERT;
  if (failure == Failure::kNone && HasEnded(*certificate, *context_->impl_->clock)) {
    failure = Failure::kExpired;
    alert = MBEDTLS_SSL_ALERT_MSG_CERT_EXPIRED;
  }
  if (failure == Failure::kNone && !read.ok()) {
    failure = Failure::kBadIdentity;
    detail_ = read.status().message();
  }
  if (failure == Failure::kNone) return;
  peer_.reset();
  SendAlert(alert);
  Fail(MBEDTLS_ERR_X509_CERT_VERIFY_FAILED, failure);
}

Engine::DecryptResult Engine::Decrypt(ByteSpan* ciphertext, std::span<uint8_t> plaintext,
                                      size_t* produced, ByteBuffer* output) {
  *produced = 0;
  impl_->input = ciphertext;
  impl_->output = output;
  while (*produced < plaintext.size()) {
    const auto room = plaintext.subspan(*produced);
    const int result = mbedtls_ssl_read(&impl_->ssl, room.data(), room.size());
    if (result > 0) {
      *produced += static_cast<size_t>(result);
    } else if (result == MBEDTLS_ERR_SSL_WANT_READ) {
      if (ciphertext->empty()) return DecryptResult::kNeedMore;
    } else if (result == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY || result == 0) {
      return DecryptResult::kEndOfData;
    } else if (!compat::IsNewTicketSignal(result)) {
      Fail(result, ClassifyError(result, 0));
      return DecryptResult::kFailed;
    }
  }
  return DecryptResult::kFull;
}

bool Engine::Encrypt(ByteSpan plaintext, ByteBuffer* output) {
  impl_->output = output;
  while (!plaintext.empty()) {
    const int written = mbedtls_ssl_write(&impl_->ssl, plaintext.data(), plaintext.size());
    if (written <= 0) {
      Fail(written, ClassifyError(written, 0));
      return false;
    }
    plaintext = plaintext.subspan(static_cast<size_t>(written));
  }
  return true;
}

void Engine::Close(ByteBuffer* output) {
  impl_->output = output;
  static_cast<void>(mbedtls_ssl_close_notify(&impl_->ssl));
}

bool Engine::HasRecord(ByteSpan ciphertext) { return RecordBytes(ciphertext) > 0; }

// Tells a peer why in cases in which mbedTLS just falls silent, a missing certificate among them.
void Engine::SendAlert(int alert) {
  if (failure_ == Failure::kPeerAlert) return;
  static_cast<void>(mbedtls_ssl_send_alert_message(&impl_->ssl, MBEDTLS_SSL_ALERT_LEVEL_FATAL,
                                                   static_cast<unsigned char>(alert)));
}

void Engine::Fail(int error, Failure failure) {
  error_ = error;
  failure_ = failure;
}

std::string Engine::FailureText() const {
  if (failure_ == Failure::kNone) return {};
  const std::string detail =
      detail_.empty() ? VerifyText(mbedtls_ssl_get_verify_result(&impl_->ssl)) : detail_;
  return fmt::format("{} ({}{}{})", FailureName(failure_), ErrorText(error_),
                     detail.empty() ? "" : "; ", detail);
}

std::string_view Engine::version() const { return mbedtls_ssl_get_version(&impl_->ssl); }
std::string_view Engine::cipher() const {
  const char* name = mbedtls_ssl_get_ciphersuite(&impl_->ssl);
  return name == nullptr ? std::string_view() : std::string_view(name);
}

std::unique_ptr<ResumptionTicket> Engine::Ticket() const {
  auto impl = std::make_unique<ResumptionTicket::Impl>();
  if (mbedtls_ssl_get_session(&impl_->ssl, &impl->session) != 0) return nullptr;
  return std::make_unique<ResumptionTicket>(std::move(impl));
}

void HandshakeStep::Run() {
  ByteSpan rest = input.view();
  result = engine->Handshake(&rest, &output);
  input.Consume(input.size() - rest.size());
}

}  // namespace sluice::tls
