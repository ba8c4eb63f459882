#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/byte_buffer.h"
#include "base/bytes.h"
#include "tls/failure.h"
#include "tls/peer_certificate.h"

struct mbedtls_ssl_context;

namespace sluice::tls {

class Context;

// What a client keeps of a session to resume it later without certificates and signatures.
class ResumptionTicket {
 public:
  struct Impl;
  explicit ResumptionTicket(std::unique_ptr<Impl> impl);
  ~ResumptionTicket();

 private:
  friend class Context;
  std::unique_ptr<Impl> impl_;
};

// TLS of one connection on memory: ciphertext and plaintext go in and out through the caller's
// buffers, there is no socket. Either end; Context::NewEngine makes it.
//
// Order: Handshake until kDone, then Decrypt and Encrypt as they come, Close at the end. After a
// failure the output still holds an alert that should be sent; nothing else may be called but the
// accessors.
//
// One thread at a time. Handshake costs milliseconds and belongs on a worker (see HandshakeStep),
// the rest microseconds.
class Engine {
 public:
  enum class HandshakeResult : uint8_t { kNeedMore, kDone, kFailed };
  enum class DecryptResult : uint8_t {
    kNeedMore,   // all ciphertext is taken; an unfinished record waits inside
    kFull,       // no room for the next piece of plaintext
    kEndOfData,  // the peer said close_notify
    kFailed,
  };

  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // Goes on with the handshake as far as `*ciphertext` reaches and moves its front past what was
  // taken (after kDone the rest is for Decrypt); appends what is to be sent. A client starts with
  // nothing.
  HandshakeResult Handshake(ByteSpan* ciphertext, ByteBuffer* output);

  // Decrypts into `plaintext`, several records if they are there, and moves the front of
  // `*ciphertext` past what was taken. `*produced` is the number of bytes of plaintext, also when
  // the result is an end.
  // Rarely it has something to say in return (an alert), which it appends to `output`.
  DecryptResult Decrypt(ByteSpan* ciphertext, std::span<uint8_t> plaintext, size_t* produced,
                        ByteBuffer* output);

  // Appends `plaintext` as records of at most 16 KiB. False when the connection has failed.
  bool Encrypt(ByteSpan plaintext, ByteBuffer* output);

  // Appends close_notify.
  void Close(ByteBuffer* output);

  // True when `ciphertext` begins with a whole record, so that a handshake step is worth a thread:
  // a peer that sends byte by byte buys none. Also true for what is no TLS at all, which a step
  // then refuses.
  static bool HasRecord(ByteSpan ciphertext);

  Failure failure() const { return failure_; }
  // For logs: mbedTLS's number and what it means, and what is wrong with the other side's
  // certificate; empty if nothing failed.
  std::string FailureText() const;

  // From here on after kDone.
  // None when the client showed no certificate (ClientCertificate::kOptional).
  const std::optional<PeerCertificate>& peer() const { return peer_; }
  // The name of the pre-shared key that a client has proven to have; empty: none.
  const std::string& psk_name() const { return psk_name_; }
  bool resumed() const { return resumed_; }
  std::string_view version() const;  // "TLSv1.2"
  std::string_view cipher() const;   // "TLS-ECDHE-ECDSA-WITH-AES-256-GCM-SHA384"
  // Clients: the ticket the server sent, null when none has come. In TLS 1.3 it comes after the
  // handshake.
  std::unique_ptr<ResumptionTicket> Ticket() const;

 private:
  friend class Context;
  friend int FindPsk(void* context_impl, mbedtls_ssl_context* ssl, const unsigned char* name,
                     size_t name_size);
  struct Impl;
  static void NoteOfferedPsk(void* impl, std::string_view name);
  Engine(std::unique_ptr<Impl> impl, std::shared_ptr<const Context> context);

  bool FinishHandshake();
  bool HasProvenPsk() const;
  void CheckPeer();
  void SendAlert(int alert);
  void Fail(int error, Failure failure);

  std::shared_ptr<const Context> context_;
  std::unique_ptr<Impl> impl_;
  std::optional<PeerCertificate> peer_;
  std::string psk_name_;
  Failure failure_ = Failure::kNone;
  std::string detail_;  // of what we found ourselves
  int error_ = 0;
  bool resumed_ = false;
};

// One step of a handshake on its way to a worker thread and back. It owns the engine while it is
// away, so the loop has no engine to touch while a worker uses it. The loop fills `input` and takes
// `output`; Run is all that happens on the worker.
struct HandshakeStep {
  std::unique_ptr<Engine> engine;
  ByteBuffer
      input;  // ciphertext received; what is left after Run belongs to the next step or to Decrypt
  ByteBuffer output;  // ciphertext to send
  Engine::HandshakeResult result = Engine::HandshakeResult::kNeedMore;

  void Run();
};

}  // namespace sluice::tls
