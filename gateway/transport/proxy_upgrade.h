#pragma once

#include <array>
#include <list>
#include <memory>
#include <string_view>
#include <vector>

#include "base/metrics.h"
#include "transport/address_range.h"
#include "transport/stream_upgrade.h"

namespace sluice::transport {

// Why a connection to a listener behind a proxy is closed.
enum class ProxyRefusal : uint8_t { kUntrusted, kMalformed, kTooLong, kTimeout, kAborted };
inline constexpr size_t kProxyRefusals = 5;
// A label's value: "untrusted", …
std::string_view ProxyRefusalName(ProxyRefusal refusal);

// Reads the header of the PROXY protocol in front of each connection of a listener, and makes the
// stream's peer who the header says. Whoever does not come from a trusted address is closed before
// anything is read; over a Unix socket the file's mode has said who may. The header must come
// within limits.hello_timeout. Counters sluice_proxy_header_accepted_total and
// sluice_proxy_header_refused_total{reason}. Loop thread only. Internal to transport.
class ProxyUpgrade final : public StreamUpgrade {
 public:
  // For ListenerOptions, under TLS.
  static Maker From(std::vector<AddressRange> trusted);

  ProxyUpgrade(std::vector<AddressRange> trusted, const Parts& parts, Callback on_end);
  ~ProxyUpgrade() override;
  ProxyUpgrade(const ProxyUpgrade&) = delete;
  ProxyUpgrade& operator=(const ProxyUpgrade&) = delete;

  void Take(std::unique_ptr<ByteStream> stream) override;
  size_t size() const override { return guests_.size(); }

 private:
  class Guest;

  bool Trusts(const PeerInfo& peer) const;
  void OnThrough(Guest* guest, std::unique_ptr<ByteStream> stream);
  void OnRefused(Guest* guest, Outcome outcome, ProxyRefusal refusal);

  const std::vector<AddressRange> trusted_;
  const Parts parts_;
  const Callback on_end_;
  Counter& accepted_;
  std::array<Counter*, kProxyRefusals> refused_{};
  std::list<std::unique_ptr<Guest>> guests_;
};

}  // namespace sluice::transport
