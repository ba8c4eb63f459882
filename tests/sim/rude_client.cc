#include "sim/rude_client.h"

#include <chrono>
#include <utility>

#include "sim/mqtt.h"

namespace sluice::sim {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::string_view_literals::operator""sv;

RudeClient::RudeClient(Scene& scene, Network& network, std::string name)
    : scene_(scene),
      network_(network),
      name_(std::move(name)),
      random_(scene.RandomFor("rude " + name_)),
      whims_(scene, random_),
      end_timer_(scene.scheduler.NewTimer([this] { End(); })) {}

RudeClient::~RudeClient() = default;

void RudeClient::Start() {
  whims_.Add(Trouble::kRude, seconds(5), [this] { Act(); });
}

void RudeClient::BeginCalm() { End(); }

void RudeClient::Act() {
  if (stream_ != nullptr) return;
  Open();
  if (stream_ == nullptr) return;
  version_ = random_.Below(2) == 0 ? mqtt::kV5 : mqtt::kV311;
  scene_.trace.Note("{}: is rude", name_);
  scene_.situations.Reached("client: somebody is rude");
  switch (random_.Below(6)) {
    case 0:
      break;  // says nothing at all
    case 1:
      ConnectWrongly();
      break;
    case 2:
      Connect(version_);
      SpeakWrongly();
      break;
    case 3:
      Connect(version_);
      PublishTooMuch();
      break;
    case 4:
      Connect(version_);
      AskTooMuch();
      break;
    default:
      Garble();
  }
  stream_->Write(AsBytes(out_));
  out_.clear();
  if (random_.Below(4) == 0) stream_->PauseReading();
  end_timer_.Start(Between(random_, milliseconds(1), seconds(30)));
}

void RudeClient::Open() {
  stream_ = network_.Dial(name_, nullptr);
  if (stream_ != nullptr) stream_->Start(this);
}

void RudeClient::End() {
  end_timer_.Stop();
  stream_ = nullptr;
}

void RudeClient::Connect(int version) {
  // Under a device's client id, sometimes: that is another's only by name.
  const bool borrows = random_.Below(3) == 0;
  mqtt::Encode(mqtt::Connect{.version = version,
                             .client_id = borrows ? "dev-1" : name_,
                             .clean = random_.Below(2) == 0,
                             .keep_alive = static_cast<uint16_t>(random_.Below(10)),
                             .expiry = static_cast<uint32_t>(random_.Below(100))},
               &out_);
}

void RudeClient::ConnectWrongly() {
  mqtt::Connect connect{.version = version_, .client_id = name_};
  switch (random_.Below(6)) {
    case 0:
      connect.version = 6;
      break;
    case 1:
      connect.client_id = "\xc3\x28";
      break;
    case 2:
      connect.client_id.assign(5000, 'c');
      break;
    case 3:
      connect.will = mqtt::Will{.topic = "telemetry/dev-1/climate", .payload = "gone"};
      break;
    case 4:
      connect.will = mqtt::Will{.topic = "local/+", .payload = "gone", .qos = 3};
      break;
    default:
      mqtt::EncodePing(&out_);
  }
  mqtt::Encode(connect, &out_);
}

void RudeClient::SpeakWrongly() {
  const auto publish = [this](const mqtt::Publish& wrong) { mqtt::Encode(wrong, version_, &out_); };
  switch (random_.Below(12)) {
    case 0:
      return Connect(version_);
    case 1:
      return publish({.topic = "local/x", .payload = "x", .qos = 3, .id = 1});
    case 2:
      return publish({.topic = "local/x", .payload = "x", .qos = 1, .id = 0});
    case 3:
      return publish({.topic = "local/+/x", .payload = "x"});
    case 4:
      return publish({.topic = "local/\xff", .payload = "x"});
    case 5:
      return publish({.topic = "", .payload = "x", .alias = 9});
    case 6:
      return publish({.topic = "", .payload = "x", .alias = 60'000});
    case 7:
      return mqtt::EncodeAck(mqtt::Type::kPuback, 77, &out_);
    case 8:
      return mqtt::EncodeAck(mqtt::Type::kConnack, 0, &out_);
    case 9:
      out_ += "\x30\xff\xff\xff\xff\xff"sv;  // a length without an end
      return;
    case 10:
      out_ += "\x30\xff\xff\xff\x7f\x00\x07local/x"sv;  // 256 MiB, if anybody waits for them
      out_.append(40'000, 'x');
      return;
    default:
      out_ += "\x32\x20\x00\x07local"sv;  // the rest never comes
  }
}

void RudeClient::PublishTooMuch() {
  const int qos = static_cast<int>(random_.Below(3));
  const std::string payload(random_.Below(2) == 0 ? 3 : 900, 'x');
  for (uint16_t id = 1; id <= 400; ++id) {
    mqtt::Encode({.topic = "local/rude", .payload = payload, .qos = qos, .id = id}, version_,
                 &out_);
  }
}

void RudeClient::AskTooMuch() {
  const uint64_t what = random_.Below(3);
  for (uint16_t id = 1; id <= 300; ++id) {
    if (what == 0) mqtt::EncodePing(&out_);
    if (what == 1) mqtt::EncodeAck(mqtt::Type::kPubrel, id, &out_);
    if (what == 2) mqtt::EncodeSubscribe(id, "telemetry/#", 1, version_, &out_);
  }
}

// What was sound, with a few bits turned.
void RudeClient::Garble() {
  Connect(version_);
  mqtt::EncodeSubscribe(5, "local/#", 1, version_, &out_);
  mqtt::Encode({.topic = "local/rude", .payload = "xyz", .qos = 1, .id = 9}, version_, &out_);
  for (uint64_t left = 1 + random_.Below(4); left > 0; --left) {
    out_[random_.Below(out_.size())] ^= static_cast<char>(1 << random_.Below(8));
  }
}

size_t RudeClient::OnBytes(ByteSpan bytes) { return bytes.size(); }

void RudeClient::OnClosed(const Status& reason) {
  scene_.trace.Note("{}: is thrown out: {}", name_, reason.message());
  end_timer_.Stop();
  stream_ = nullptr;
}

}  // namespace sluice::sim
