#include "sim/fleet.h"

#include <deque>
namespace sluice::sim {
struct Fleet::Device final : transport::StreamHandler {
  Device(Scene& s, Network& n, Witness& w, std::string name)
      : scene(s),
        net(n),
        witness(w),
        id(std::move(name)),
        timer(s.scheduler.NewTimer([this] { Tick(); })) {}
  size_t OnBytes(ByteSpan b) override {
    scene.trace.Note("{}: gets {} bytes", id, b.size());
    if (b[0] == 0x20) up = true;
    if (b[0] == 0x40) ++acks;
    return b.size();
  }
  void OnClosed(const Status& r) override {
    scene.trace.Note("{}: closed {}", id, r.ToString());
    stream = nullptr;
    up = false;
  }
  void Tick() {
    timer.Start(std::chrono::milliseconds(700));
    if (!stream) {
      stream = net.Dial(id);
      if (!stream) return;
      stream->Start(this);
      codec::Connect c;
      c.version = codec::Version::kV5;
      c.client_id = id;
      c.clean_start = true;
      Send(c);
      return;
    }
    if (!up || scene.calm()) return;
    codec::Publish p;
    const std::string topic = "telemetry/" + id + "/climate";
    const std::string payload = "{\"t\":1.5,\"token\":\"" + TokenText(++token) + "\"}";
    p.topic = topic;
    p.payload = AsBytes(payload);
    p.qos = codec::Qos::kAtLeastOnce;
    p.packet_id = uint16_t(token % 60000 + 1);
    messages.push_back({id, id, topic, 1, false, SentMessage::Kind::kReadings, {token}, {id}});
    witness.OnSent(messages.back(), false);
    Send(p);
  }
  template <class P>
  void Send(const P& p) {
    ByteBuffer b;
    codec::Encode(p, codec::Version::kV5, &b);
    stream->Write(b.view());
  }
  Scene& scene;
  Network& net;
  Witness& witness;
  std::deque<SentMessage> messages;
  std::string id;
  Timer timer;
  std::unique_ptr<transport::ByteStream> stream;
  bool up = false;
  Token token = 0;
  int acks = 0;
};
Fleet::Fleet(Scene& s, Network& n, Witness& w) : scene_(s), network_(n), witness_(w) {}
Fleet::~Fleet() = default;
void Fleet::Start() {
  for (size_t i = 0; i < scene_.plan.devices; ++i) {
    devices_.push_back(
        std::make_unique<Device>(scene_, network_, witness_, "dev-" + std::to_string(i)));
    devices_.back()->token = Token(i * 10000);
    devices_.back()->timer.Start(Duration(0));
  }
}
std::string Fleet::unsettled() const {
  for (auto& d : devices_)
    if (!d->up) return d->id + " is not in";
  return {};
}
}  // namespace sluice::sim
