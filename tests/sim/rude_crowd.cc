#include "sim/rude_crowd.h"

#include <fmt/format.h>

#include <chrono>

#include "sim/mqtt.h"

namespace sluice::sim {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {
constexpr char kName[] = "crowd";
}  // namespace

RudeCrowd::RudeCrowd(Scene& scene, Network& network)
    : scene_(scene),
      network_(network),
      random_(scene.RandomFor("crowd")),
      whims_(scene, random_),
      end_timer_(scene.scheduler.NewTimer([this] { members_.clear(); })) {}

void RudeCrowd::Start() {
  whims_.Add(Trouble::kRude, seconds(40), [this] { Act(); });
}

void RudeCrowd::BeginCalm() { members_.clear(); }

void RudeCrowd::Act() {
  members_.clear();
  scene_.trace.Note("crowd: comes");
  scene_.situations.Reached("client: a crowd comes under one identity");
  const uint64_t what = random_.Below(3);
  if (what == 0) LeaveSessions();
  if (what == 1) Hoard();
  if (what == 2) BeginMuch();
  end_timer_.Start(Between(random_, milliseconds(10), seconds(20)));
}

std::string RudeCrowd::Connect(uint32_t expiry) {
  std::string bytes;
  mqtt::Encode(mqtt::Connect{.client_id = fmt::format("{}-{:0200}", kName, ++names_),
                             .clean = expiry == 0,
                             .expiry = expiry},
               &bytes);
  return bytes;
}

// Clients with ever new names, who come once.
void RudeCrowd::LeaveSessions() {
  const bool says_goodbye = random_.Below(2) == 0;
  for (uint64_t left = 10 + random_.Below(60); left > 0; --left) {
    std::string bytes = Connect(1000);
    mqtt::EncodeSubscribe(1, fmt::format("local/crowd/{}", names_), 1, mqtt::kV5, &bytes);
    if (says_goodbye) mqtt::EncodeDisconnect(&bytes);
    Send(kName, bytes, true);
  }
}

// Subscribers who acknowledge nothing, and somebody who sends them large messages.
void RudeCrowd::Hoard() {
  const bool reads = random_.Below(2) == 0;
  for (int left = 5; left > 0; --left) {
    std::string bytes = Connect(static_cast<uint32_t>(random_.Below(2) * 1000));
    mqtt::EncodeSubscribe(1, "local/#", 1, mqtt::kV5, &bytes);
    Send(kName, bytes, reads);
  }
  std::string bytes = Connect(0);
  const std::string payload(20'000, 'x');
  for (uint16_t id = 1; id <= 30; ++id) {
    mqtt::Encode({.topic = "local/crowd", .payload = payload, .qos = 1, .id = id}, mqtt::kV5,
                 &bytes);
  }
  Send(kName, bytes, true);
}

// Large packets, of which the last bytes never come; the last is somebody else's.
void RudeCrowd::BeginMuch() {
  for (uint64_t left = 4 + random_.Below(12); left > 0; --left) {
    std::string bytes = Connect(0);
    mqtt::Encode({.topic = "local/crowd", .payload = std::string(200'000, 'x'), .qos = 1, .id = 1},
                 mqtt::kV5, &bytes);
    bytes.resize(bytes.size() - 1 - random_.Below(100'000));
    Send(left == 1 ? "crowd-2" : kName, bytes, true);
  }
}

void RudeCrowd::Send(const char* identity, const std::string& bytes, bool reads) {
  Member& member = members_.emplace_back();
  member.stream = network_.Dial(identity, nullptr);
  if (member.stream == nullptr) return;
  member.stream->Start(&member);
  member.stream->Write(AsBytes(bytes));
  if (!reads) member.stream->PauseReading();
}

}  // namespace sluice::sim
