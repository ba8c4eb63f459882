#include "transport/tls_reception.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "tls/context.h"

namespace sluice::transport {
namespace {

// So many in ten seconds are somebody's doing.
constexpr uint64_t kFlood = 100;
// The type of a TLS record that begins a conversation.
constexpr uint8_t kHandshakeRecord = 22;

}  // namespace

class TlsReception::Guest final : public HandshakeTurns::Item,
                                  private StreamHandler,
                                  private Crowd::Member {
 public:
  Guest(TlsReception* reception, std::unique_ptr<TcpStream> stream)
      : reception_(*reception),
        source_(stream->source()),
        since_(reception->loop_.Now()),
        stream_(std::move(stream)) {}
  ~Guest() override { LeaveHandshakes(); }

  // Must be in the reception's list by now, at `place`.
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

  TlsReception& reception_;
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

void TlsReception::Guest::Start(std::list<std::unique_ptr<Guest>>::iterator place) {
  place_ = place;
  timer_ = reception_.loop_.NewTimer([this] {
    Fail(TlsHandshake::End::kTimeout, Status::Unavailable("no TLS client hello came in time"));
  });
  const StreamLimits& limits = reception_.context_->limits;
  timer_.Start(std::min(limits.hello_timeout, limits.handshake_timeout));
  stream_->Start(this);
}

size_t TlsReception::Guest::OnBytes(ByteSpan bytes) {
  if (hello_.size() + bytes.size() > reception_.context_->limits.max_hello_bytes) {
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
  reception_.turns_.Add(this, source_);
  reception_.Serve();
  return bytes.size();
}

void TlsReception::Guest::Begin() {
  if (stream_->peer_has_left()) {
    return Fail(TlsHandshake::End::kAborted,
                Status::Unavailable("the peer did not wait for its turn"));
  }
  std::unique_ptr<tls::Engine> engine = reception_.tls_->NewEngine();
  if (engine == nullptr) {
    return Fail(TlsHandshake::End::kFlood,
                {StatusCode::kResourceExhausted, "no memory for a TLS handshake"});
  }
  Join(&reception_.handshakes_, source_);
  reception_.OnHandshake(1);
  in_first_step_ = true;
  reception_.OnFirstStep(1);
  stream_->ResumeReading();
  handshake_ = std::make_unique<TlsHandshake>(
      reception_.loop_, std::move(stream_), std::move(engine), std::move(hello_),
      reception_.context_->limits,
      [this](TlsHandshake::Outcome outcome) { reception_.OnEnd(this, std::move(outcome)); },
      [this](TlsHandshake::Turn turn) { OnTurn(turn); });
}

void TlsReception::Guest::OnTurn(TlsHandshake::Turn turn) {
  SetSilent(turn == TlsHandshake::Turn::kPeer);
  if (turn == TlsHandshake::Turn::kPeer) EndFirstStep();
}

void TlsReception::Guest::EndFirstStep() {
  if (std::exchange(in_first_step_, false)) reception_.OnFirstStep(-1);
}

void TlsReception::Guest::LeaveHandshakes() {
  EndFirstStep();
  if (!joined()) return;
  Leave();
  reception_.OnHandshake(-1);
}

void TlsReception::Guest::GiveWay() {
  LeaveHandshakes();
  handshake_->GiveWay();
}

// OnClosed reports it.
void TlsReception::Guest::Fail(TlsHandshake::End end, Status reason) {
  timer_.Stop();
  end_ = end;
  stream_->Close(std::move(reason));
}

void TlsReception::Guest::OnClosed(const Status& reason) {
  TlsHandshake::Outcome outcome = TlsHandshake::Refused(end_, stream_->peer().address, reason);
  outcome.failure = failure_;
  reception_.OnEnd(this, std::move(outcome));
}

TlsReception::TlsReception(Loop& loop, std::shared_ptr<tls::Context> tls,
                           std::shared_ptr<StreamContext> context, const std::string& name,
                           Health* health, Callback on_end)
    : loop_(loop),
      tls_(std::move(tls)),
      context_(std::move(context)),
      name_(name),
      on_end_(std::move(on_end)),
      flood_(loop, health, "listener " + name, "handshake_flood", kFlood, [this](uint64_t times) {
        return fmt::format(
            "{} TLS handshakes that did not go on were dropped for others, which still get in; {} "
            "are under way, from {} addresses; find out who that is",
            times, handshakes_.size(), handshakes_.sources());
      }) {}

TlsReception::~TlsReception() {
  serving_ = true;  // nobody's end begins another
  guests_.clear();
}

void TlsReception::Take(std::unique_ptr<TcpStream> stream) {
  guests_.push_back(std::make_unique<Guest>(this, std::move(stream)));
  guests_.back()->Start(std::prev(guests_.end()));
}

// Not from within itself: a beginning that fails at once frees a place.
void TlsReception::Serve() {
  if (std::exchange(serving_, true)) return;
  while (!turns_.empty() && first_steps_ < loop_.max_parallel_work() && HasPlace()) {
    static_cast<Guest*>(turns_.Next())->Begin();
  }
  serving_ = false;
}

bool TlsReception::HasPlace() {
  if (handshakes_.size() < context_->limits.max_half_open) return true;
  Crowd::Member* const first = handshakes_.FirstToGo(/*silent_only=*/true);
  if (first == nullptr) return false;
  if (log_limit_.Allows(loop_.Now())) {
    LogWarn(
        "{}: all {} TLS handshakes are taken, {} of them from {}: the one that kept us waiting "
        "longest makes room{}",
        name_, handshakes_.size(), handshakes_.largest_share(),
        FormatSource(handshakes_.largest_source()), log_limit_.LeftOut());
  }
  first->GiveWay();
  flood_.Happened();
  return true;
}

void TlsReception::OnHandshake(int difference) {
  if (context_->metrics) context_->metrics->half_open.Add(difference);
}

void TlsReception::OnFirstStep(int difference) {
  first_steps_ += static_cast<size_t>(difference);
  if (difference < 0) Serve();
}

void TlsReception::OnEnd(Guest* guest, TlsHandshake::Outcome outcome) {
  const MonotonicTime since = guest->since();
  if (outcome.end == TlsHandshake::End::kDone) turns_.Forgive(guest->source());
  guest->LeaveHandshakes();
  guests_.erase(guest->place());
  on_end_(std::move(outcome), since);
  Serve();
}

}  // namespace sluice::transport
