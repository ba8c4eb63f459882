#include "sim/network.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "sim/line_end.h"
#include "sim/tls_end.h"
#include "transport/socket_address.h"

namespace sluice::sim {

Network::Network(Scene& scene)
    : scene_(scene), random_(scene.RandomFor("network")), whims_(scene, random_) {
  whims_.Add(Trouble::kCuts, std::chrono::seconds(90), [this] { CutAll(); });
}

void Network::SetAcceptor(Acceptor acceptor, Scheduler* process,
                          std::shared_ptr<transport::StreamContext> context) {
  backlog_.clear();
  acceptor_ = std::move(acceptor);
  process_ = process;
  context_ = context ? std::move(context) : std::make_shared<transport::StreamContext>();
}

void Network::OnProcessEnded(bool power_cut) {
  if (power_cut) {
    for (const auto& line : lines_) line->GoSilent(Side::kGateway);
  }
  Forget();
}

void Network::Mend() {
  for (const auto& line : lines_) line->Mend();
}

// A switch restarts.
void Network::CutAll() {
  for (const auto& line : lines_) line->Cut();
}

// Lines of which nobody hears any more; their timers keep those on which something is on its way.
void Network::Forget() {
  std::erase_if(lines_, [](const auto& line) { return line->over(); });
}

std::unique_ptr<transport::ByteStream> Network::Dial(const std::string& identity, Said said) {
  if (!acceptor_) return nullptr;
  ++dials_;
  transport::PeerInfo client = AddressOf(identity);
  const auto line = NewLine(fmt::format("{} ({})", identity, client.address));
  const bool encrypts = Encrypts(identity);
  const auto client_context = std::make_shared<transport::StreamContext>();
  std::unique_ptr<transport::ByteStream> near =
      std::make_unique<LineEnd>(line, Side::kClient, &scene_.scheduler, client_context,
                                transport::PeerInfo{.address = "192.0.2.1:1883"}, nullptr);
  std::unique_ptr<transport::ByteStream> far = std::make_unique<LineEnd>(
      line, Side::kGateway, process_, context_, std::move(client), encrypts ? nullptr : said);
  if (encrypts) {
    TlsKeys::Pair engines = keys_.ShakeHands(identity);
    near = std::make_unique<TlsEnd>(std::move(near), std::move(engines.client), &scene_.scheduler,
                                    client_context, nullptr);
    far = std::make_unique<TlsEnd>(std::move(far), std::move(engines.gateway), process_, context_,
                                   std::move(said));
  }
  backlog_.emplace(dials_, std::move(far));
  process_->Post([this, identity, dial = dials_] {
    auto arrived = backlog_.extract(dial);
    if (arrived) acceptor_(identity, std::move(arrived.mapped()));
  });
  return near;
}

Network::Ends Network::Connect(const std::string& to, Scheduler* process,
                               const transport::StreamLimits& limits) {
  const auto line = NewLine(fmt::format("{} ({})", to, ++calls_));
  const auto context = std::make_shared<transport::StreamContext>();
  context->limits = limits;
  return {std::make_unique<LineEnd>(line, Side::kGateway, process, context,
                                    transport::PeerInfo{.address = to}, nullptr),
          std::make_unique<LineEnd>(line, Side::kClient, &scene_.scheduler,
                                    std::make_shared<transport::StreamContext>(),
                                    transport::PeerInfo{.address = "192.0.2.1:40000"}, nullptr)};
}

std::shared_ptr<Line> Network::NewLine(const std::string& name) {
  if (++made_ % 16 == 0) Forget();
  lines_.push_back(std::make_shared<Line>(scene_, name, scene_.RandomFor("line " + name),
                                          [this] { return acceptor_ != nullptr; }));
  return lines_.back();
}

// Two of three, where there are certificates at all.
bool Network::Encrypts(const std::string& identity) const {
  return scene_.plan.tls && TlsKeys::Has(identity) &&
         scene_.RandomFor("tls " + identity).Below(3) > 0;
}

transport::PeerInfo Network::AddressOf(const std::string& identity) {
  const auto host = hosts_.emplace(identity, hosts_.size() + 1).first->second;
  const uint64_t port = 20'000 + dials_ % 40'000;
  transport::PeerInfo peer;
  peer.address = fmt::format("10.0.{}.{}:{}", host >> 8, host & 255, port);
  peer.source = transport::SourceOf(*transport::ParseSocketAddress(peer.address));
  return peer;
}

}  // namespace sluice::sim
