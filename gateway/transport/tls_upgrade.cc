#include "transport/tls_upgrade.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "tls/context.h"
#include "transport/tls_stream.h"

namespace sluice::transport {
namespace {

// So many in ten seconds are somebody's doing.
constexpr uint64_t kFlood = 100;
// The type of a TLS record that begins a conversation.
constexpr uint8_t kHandshakeRecord = 22;

}  // namespace

class TlsUpgrade::Guest final : public HandshakeTurns::Item,
                                private StreamHandler,
                                private Crowd::Member {
 public:
  Guest(TlsUpgrade* upgrade, std::unique_ptr<ByteStream> stream)
      : upgrade_(*upgrade),
        source_(stream->peer().source),
        since_(upgrade->parts_.loop.Now()),
        stream_(std::move(stream)) {}
  ~Guest() override { LeaveHandshakes(); }

  // Must be in the upgrade's list by now, at `place`.
  void Start(std::list<std::unique_ptr<Guest>>::iterator place);
  // Its turn has come.
  void Begin();

  const SourceAddress& source() const { return source_; }
  std::list<std::unique_ptr<Guest>>::iterator place() const { return place_; }
  MonotonicTime since() const { return since_; }
  void LeaveHandshakes();

 private:
  size_t OnBytes(ByteSpan bytes) override;
  void OnClosed(const Status& reason) override;
  void GiveWay() override;
  void OnTurn(TlsHandshake::Turn turn);
  void EndFirstStep();
  void Fail(TlsHandshake::End end, Status reason);

  TlsUpgrade& upgrade_;
  const SourceAddress source_;
  const MonotonicTime since_;
  std::list<std::unique_ptr<Guest>>::iterator place_;
  std::unique_ptr<ByteStream> stream_;  // until the handshake has it
  ByteBuffer hello_;
  Timer timer_;
  std::unique_ptr<TlsHandshake> handshake_;
  bool in_first_step_ = false;
  TlsHandshake::End end_ = TlsHandshake::End::kAborted;
  tls::Failure failure_ = tls::Failure::kNone;
};

void TlsUpgrade::Guest::Start(std::list<std::unique_ptr<Guest>>::iterator place) {
  place_ = place;
  timer_ = upgrade_.parts_.loop.NewTimer([this] {
    Fail(TlsHandshake::End::kTimeout, Status::Unavailable("no TLS client hello came in time"));
  });
  const StreamLimits& limits = upgrade_.parts_.context->limits;
  timer_.Start(std::min(limits.hello_timeout, limits.handshake_timeout));
  stream_->Start(this);
}

size_t TlsUpgrade::Guest::OnBytes(ByteSpan bytes) {
  if (hello_.size() + bytes.size() > upgrade_.parts_.context->limits.max_hello_bytes) {
    Fail(TlsHandshake::End::kFlood,
         {StatusCode::kResourceExhausted, "the TLS client hello is too long"});
    return bytes.size();
  }
  hello_.Append(bytes);
  if (hello_.view()[0] != kHandshakeRecord) {
    failure_ = tls::Failure::kProtocol;
    Fail(TlsHandshake::End::kFailed, Status::Unavailable("what the peer speaks is not TLS"));
    return bytes.size();
  }
  if (!tls::Engine::HasRecord(hello_.view())) return bytes.size();
  timer_.Stop();
  stream_->PauseReading();
  stream_->SetStanding(Standing::kBusy);
  upgrade_.turns_.Add(this, source_);
  upgrade_.Serve();
  return bytes.size();
}

void TlsUpgrade::Guest::Begin() {
  if (stream_->peer_has_left()) {
    return Fail(TlsHandshake::End::kAborted,
                Status::Unavailable("the peer did not wait for its turn"));
  }
  std::unique_ptr<tls::Engine> engine = upgrade_.parts_.context->tls->NewEngine();
  if (engine == nullptr) {
    return Fail(TlsHandshake::End::kFlood,
                {StatusCode::kResourceExhausted, "no memory for a TLS handshake"});
  }
  Join(&upgrade_.handshakes_, source_);
  upgrade_.OnHandshake(1);
  in_first_step_ = true;
  upgrade_.OnFirstStep(1);
  stream_->ResumeReading();
  handshake_ = std::make_unique<TlsHandshake>(
      upgrade_.parts_.loop, std::move(stream_), std::move(engine), std::move(hello_),
      upgrade_.parts_.context->limits,
      [this](TlsHandshake::Outcome outcome) { upgrade_.OnEnd(this, std::move(outcome)); },
      [this](TlsHandshake::Turn turn) { OnTurn(turn); });
}

void TlsUpgrade::Guest::OnTurn(TlsHandshake::Turn turn) {
  SetSilent(turn == TlsHandshake::Turn::kPeer);
  if (turn == TlsHandshake::Turn::kPeer) EndFirstStep();
}

void TlsUpgrade::Guest::EndFirstStep() {
  if (std::exchange(in_first_step_, false)) upgrade_.OnFirstStep(-1);
}

void TlsUpgrade::Guest::LeaveHandshakes() {
  EndFirstStep();
  if (!joined()) return;
  Leave();
  upgrade_.OnHandshake(-1);
}

void TlsUpgrade::Guest::GiveWay() {
  LeaveHandshakes();
  handshake_->GiveWay();
}

// OnClosed reports it.
void TlsUpgrade::Guest::Fail(TlsHandshake::End end, Status reason) {
  timer_.Stop();
  end_ = end;
  stream_->Close(std::move(reason));
}

void TlsUpgrade::Guest::OnClosed(const Status& reason) {
  TlsHandshake::Outcome outcome = TlsHandshake::Refused(end_, stream_->peer().address, reason);
  outcome.failure = failure_;
  upgrade_.OnEnd(this, std::move(outcome));
}

StreamUpgrade::Maker TlsUpgrade::New() {
  return [](const Parts& parts, Callback on_end) {
    return std::make_unique<TlsUpgrade>(parts, std::move(on_end));
  };
}

TlsUpgrade::TlsUpgrade(const Parts& parts, Callback on_end)
    : parts_(parts),
      on_end_(std::move(on_end)),
      flood_(parts.loop, parts.health, "listener " + parts.listener, "handshake_flood", kFlood,
             [this](uint64_t times) {
               return fmt::format(
                   "{} TLS handshakes that did not go on were dropped for others, which still get "
                   "in; {} are under way, from {} addresses; find out who that is",
                   times, handshakes_.size(), handshakes_.sources());
             }) {}

TlsUpgrade::~TlsUpgrade() {
  serving_ = true;  // nobody's end begins another
  guests_.clear();
}

void TlsUpgrade::Take(std::unique_ptr<ByteStream> stream) {
  guests_.push_back(std::make_unique<Guest>(this, std::move(stream)));
  guests_.back()->Start(std::prev(guests_.end()));
}

// Not from within itself: a beginning that fails at once frees a place.
void TlsUpgrade::Serve() {
  if (std::exchange(serving_, true)) return;
  while (!turns_.empty() && first_steps_ < parts_.loop.max_parallel_work() && HasPlace()) {
    static_cast<Guest*>(turns_.Next())->Begin();
  }
  serving_ = false;
}

bool TlsUpgrade::HasPlace() {
  if (handshakes_.size() < parts_.context->limits.max_half_open) return true;
  Crowd::Member* const first = handshakes_.FirstToGo(/*silent_only=*/true);
  if (first == nullptr) return false;
  if (log_limit_.Allows(parts_.loop.Now())) {
    LogWarn(
        "{}: all {} TLS handshakes are taken, {} of them from {}: the one that kept us waiting "
        "longest makes room{}",
        parts_.listener, handshakes_.size(), handshakes_.largest_share(),
        FormatSource(handshakes_.largest_source()), log_limit_.LeftOut());
  }
  first->GiveWay();
  flood_.Happened();
  return true;
}

void TlsUpgrade::OnHandshake(int difference) {
  if (parts_.context->metrics) parts_.context->metrics->half_open.Add(difference);
}

void TlsUpgrade::OnFirstStep(int difference) {
  first_steps_ += static_cast<size_t>(difference);
  if (difference < 0) Serve();
}

void TlsUpgrade::OnEnd(Guest* guest, TlsHandshake::Outcome handshake) {
  const MonotonicTime since = guest->since();
  const bool done = handshake.end == TlsHandshake::End::kDone;
  if (done) turns_.Forgive(guest->source());
  guest->LeaveHandshakes();
  guests_.erase(guest->place());
  if (done) {
    on_end_(Succeed(std::move(handshake), since));
  } else {
    CountFailure(handshake);
    // Who made it give way has said so.
    const bool is_told = handshake.end == TlsHandshake::End::kDisplaced;
    on_end_({nullptr, std::move(handshake.address), std::move(handshake.reason), is_told});
  }
  Serve();
}

StreamUpgrade::Outcome TlsUpgrade::Succeed(TlsHandshake::Outcome handshake, MonotonicTime since) {
  ListenerMetrics& metrics = *parts_.context->metrics;
  metrics.handshakes.Add();
  metrics.handshake_time.Observe(parts_.loop.Now() - since);
  if (handshake.engine->resumed()) metrics.resumptions.Add();
  return {std::make_unique<TlsStream>(parts_.loop, std::move(handshake), parts_.context)};
}

void TlsUpgrade::CountFailure(const TlsHandshake::Outcome& handshake) {
  ListenerMetrics& metrics = *parts_.context->metrics;
  switch (handshake.end) {
    case TlsHandshake::End::kDone:
      return;
    case TlsHandshake::End::kFailed:
      return metrics.failures.at(static_cast<size_t>(handshake.failure))->Add();
    case TlsHandshake::End::kTimeout:
      return metrics.handshake_timeouts.Add();
    case TlsHandshake::End::kFlood:
      return metrics.handshake_floods.Add();
    case TlsHandshake::End::kAborted:
      return metrics.handshake_aborts.Add();
    case TlsHandshake::End::kDisplaced:
      return metrics.handshakes_displaced.Add();
  }
}

}  // namespace sluice::transport
