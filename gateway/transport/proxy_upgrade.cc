#include "transport/proxy_upgrade.h"

#include <algorithm>
#include <utility>

#include "base/label.h"
#include "transport/proxy_header.h"

namespace sluice::transport {
namespace {

constexpr std::array<std::string_view, kProxyRefusals> kNames = {"untrusted", "malformed",
                                                                 "too_long", "timeout", "aborted"};

}  // namespace

std::string_view ProxyRefusalName(ProxyRefusal refusal) {
  return kNames.at(static_cast<size_t>(refusal));
}

class ProxyUpgrade::Guest final : private StreamHandler {
 public:
  Guest(ProxyUpgrade* upgrade, std::unique_ptr<ByteStream> stream)
      : upgrade_(*upgrade),
        stream_(std::move(stream)),
        timer_(upgrade->parts_.loop.NewTimer([this] { OnTimer(); })) {}

  // Must be in the upgrade's list by now, at `place`.
  void Start(std::list<std::unique_ptr<Guest>>::iterator place);
  std::list<std::unique_ptr<Guest>>::iterator place() const { return place_; }

 private:
  size_t OnBytes(ByteSpan bytes) override;
  void OnClosed(const Status& reason) override;
  void OnTimer();
  void Refuse(ProxyRefusal refusal, const char* why);

  ProxyUpgrade& upgrade_;
  std::list<std::unique_ptr<Guest>>::iterator place_;
  std::unique_ptr<ByteStream> stream_;
  Timer timer_;
  bool through_ = false;
  ProxyRefusal refusal_ = ProxyRefusal::kAborted;
};

void ProxyUpgrade::Guest::Start(std::list<std::unique_ptr<Guest>>::iterator place) {
  place_ = place;
  stream_->Start(this);
  if (!upgrade_.Trusts(stream_->peer())) {
    return Refuse(ProxyRefusal::kUntrusted,
                  "it is none of the proxies that may come here; if it is one, add it to "
                  "trusted_proxies");
  }
  timer_.Start(upgrade_.parts_.context->limits.hello_timeout);
}

// What is left waits in the stream, at most kMaxProxyHeaderBytes of it.
size_t ProxyUpgrade::Guest::OnBytes(ByteSpan bytes) {
  if (through_) return 0;
  ProxyHeader header;
  switch (ParseProxyHeader(bytes, &header)) {
    case ProxyHeaderOutcome::kNeedMore:
      return 0;
    case ProxyHeaderOutcome::kMalformed:
      Refuse(ProxyRefusal::kMalformed,
             "it sends no header of the PROXY protocol, or a malformed one; switch it on in the "
             "proxy, or take proxy_protocol from the listener");
      return bytes.size();
    case ProxyHeaderOutcome::kTooLong:
      Refuse(ProxyRefusal::kTooLong, "its header of the PROXY protocol is too long");
      return bytes.size();
    case ProxyHeaderOutcome::kDone:
      break;
  }
  if (header.source) stream_->SetPeerAddress(*header.source);
  // Not handed on from in here: whoever gets the stream may destroy it.
  through_ = true;
  stream_->PauseReading();
  timer_.Start(Duration::zero());
  return header.size;
}

void ProxyUpgrade::Guest::OnTimer() {
  if (!through_) {
    return Refuse(ProxyRefusal::kTimeout, "no header of the PROXY protocol came in time");
  }
  stream_->ResumeReading();
  upgrade_.OnThrough(this, std::move(stream_));
}

// OnClosed reports it.
void ProxyUpgrade::Guest::Refuse(ProxyRefusal refusal, const char* why) {
  timer_.Stop();
  refusal_ = refusal;
  stream_->Close(Status::Unavailable(why));
}

void ProxyUpgrade::Guest::OnClosed(const Status& reason) {
  timer_.Stop();
  upgrade_.OnRefused(this, {nullptr, stream_->peer().address, reason}, refusal_);
}

StreamUpgrade::Maker ProxyUpgrade::From(std::vector<AddressRange> trusted) {
  return [trusted = std::move(trusted)](const Parts& parts, Callback on_end) {
    return std::make_unique<ProxyUpgrade>(trusted, parts, std::move(on_end));
  };
}

ProxyUpgrade::ProxyUpgrade(std::vector<AddressRange> trusted, const Parts& parts, Callback on_end)
    : trusted_(std::move(trusted)),
      parts_(parts),
      on_end_(std::move(on_end)),
      accepted_(parts.metrics.AddCounter("sluice_proxy_header_accepted_total",
                                         "Connections for which a proxy said who comes.",
                                         Label("listener", parts.metric_label))) {
  for (size_t i = 0; i < refused_.size(); ++i) {
    const std::string_view reason = ProxyRefusalName(static_cast<ProxyRefusal>(i));
    refused_[i] = &parts.metrics.AddCounter(
        "sluice_proxy_header_refused_total",
        "Connections closed because no trusted proxy said who comes, by reason.",
        Label("listener", parts.metric_label) + "," + Label("reason", reason));
  }
}

ProxyUpgrade::~ProxyUpgrade() = default;

bool ProxyUpgrade::Trusts(const PeerInfo& peer) const {
  if (peer.is_local) return true;
  const auto address = ParseSocketAddress(peer.address);
  return address.ok() && std::ranges::any_of(trusted_, [&](const AddressRange& range) {
           return range.Contains(*address);
         });
}

void ProxyUpgrade::Take(std::unique_ptr<ByteStream> stream) {
  guests_.push_back(std::make_unique<Guest>(this, std::move(stream)));
  guests_.back()->Start(std::prev(guests_.end()));
}

void ProxyUpgrade::OnThrough(Guest* guest, std::unique_ptr<ByteStream> stream) {
  accepted_.Add();
  guests_.erase(guest->place());
  on_end_({std::move(stream)});
}

void ProxyUpgrade::OnRefused(Guest* guest, Outcome outcome, ProxyRefusal refusal) {
  refused_.at(static_cast<size_t>(refusal))->Add();
  guests_.erase(guest->place());
  on_end_(std::move(outcome));
}

}  // namespace sluice::transport
