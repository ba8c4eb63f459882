#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "base/lifetime.h"
#include "transport/stream_upgrade.h"

namespace sluice::transport {

// A stream whose peer is somebody else than the one at its other end.
class RenamedStream final : public ByteStream {
 public:
  RenamedStream(std::unique_ptr<ByteStream> inner, std::string address)
      : inner_(std::move(inner)), peer_(inner_->peer()) {
    peer_.source = SourceOf(*ParseSocketAddress(address));
    peer_.address = std::move(address);
  }
  void Start(StreamHandler* handler) override { inner_->Start(handler); }
  void Write(ByteSpan bytes) override { inner_->Write(bytes); }
  size_t output_bytes() const override { return inner_->output_bytes(); }
  bool output_high() const override { return inner_->output_high(); }
  void PauseReading() override { inner_->PauseReading(); }
  void ResumeReading() override { inner_->ResumeReading(); }
  bool peer_has_left() const override { return inner_->peer_has_left(); }
  void SetStanding(Standing standing) override { inner_->SetStanding(standing); }
  void CloseAfterFlush() override { inner_->CloseAfterFlush(); }
  void Close(Status reason) override { inner_->Close(std::move(reason)); }
  const PeerInfo& peer() const override { return peer_; }

 private:
  std::unique_ptr<ByteStream> inner_;
  PeerInfo peer_;
};

// The smallest upgrade there can be: a line, "<name>\n" or "<name> <address of who comes>\n". What
// is behind it is the next one's.
class LineUpgrade final : public StreamUpgrade {
 public:
  static constexpr size_t kMaxLine = 64;
  static Maker Named(const std::string& name, Duration timeout = std::chrono::minutes(5)) {
    return [=](const Parts& parts, Callback on_end) {
      return std::make_unique<LineUpgrade>(name, timeout, parts, std::move(on_end));
    };
  }

  LineUpgrade(std::string name, Duration timeout, const Parts& parts, Callback on_end)
      : name_(std::move(name)), timeout_(timeout), parts_(parts), on_end_(std::move(on_end)) {}

  void Take(std::unique_ptr<ByteStream> stream) override {
    auto guest = std::make_unique<Guest>(this, std::move(stream));
    Guest* const raw = guest.get();
    guests_.emplace(raw, std::move(guest));
    raw->Start();
  }
  size_t size() const override { return guests_.size(); }

 private:
  class Guest final : public StreamHandler {
   public:
    Guest(LineUpgrade* upgrade, std::unique_ptr<ByteStream> stream)
        : upgrade_(*upgrade), stream_(std::move(stream)) {}
    void Start() {
      timer_ = upgrade_.parts_.loop.StartTimer(upgrade_.timeout_, [this] {
        stream_->Close(Status::Unavailable("no line came in time"));
      });
      stream_->Start(this);
    }

   private:
    size_t OnBytes(ByteSpan bytes) override {
      const std::string_view text = AsText(bytes);
      const size_t end = text.find('\n');
      if (through_ || (end == std::string_view::npos && text.size() < kMaxLine)) return 0;
      const std::string_view line = text.substr(0, end);
      const std::string_view name = upgrade_.name_;
      if (!line.starts_with(name)) {
        stream_->Close(Status::Unavailable("it does not say " + std::string(name)));
        return bytes.size();
      }
      through_ = true;
      if (line.size() > name.size()) address_ = line.substr(name.size() + 1);
      // Not from inside a call of the stream, which is handed on.
      upgrade_.parts_.loop.Post([this, watch = lifetime_.watch()] {
        if (!watch.over()) Finish();
      });
      stream_->PauseReading();
      return end + 1;
    }
    void OnClosed(const Status& reason) override {
      upgrade_.OnEnd(this, {nullptr, stream_->peer().address, reason});
    }
    void Finish() {
      stream_->ResumeReading();
      if (!address_.empty()) {
        stream_ = std::make_unique<RenamedStream>(std::move(stream_), address_);
      }
      upgrade_.OnEnd(this, {std::move(stream_)});
    }

    LineUpgrade& upgrade_;
    std::unique_ptr<ByteStream> stream_;
    Timer timer_;
    std::string address_;
    bool through_ = false;
    Lifetime lifetime_;
  };

  void OnEnd(Guest* guest, Outcome outcome) {
    guests_.erase(guest);
    on_end_(std::move(outcome));
  }

  const std::string name_;
  const Duration timeout_;
  const Parts parts_;
  const Callback on_end_;
  std::map<Guest*, std::unique_ptr<Guest>> guests_;
};

}  // namespace sluice::transport
