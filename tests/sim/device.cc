#include "sim/device.h"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <utility>

namespace sluice::sim {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using Kind = SentMessage::Kind;

namespace {
// A device has no room for more; what it measures meanwhile is lost, and not promised to anybody.
constexpr size_t kMaxOutbox = 120;
constexpr const char* kLetters[] = {"a", "b", "c", "d"};
}  // namespace

Device::Device(Scene& scene, Network& network, Witness& witness, Messages& messages,
               std::string name, bool is_hub)
    : scene_(scene),
      messages_(messages),
      random_(scene.RandomFor("device " + name)),
      name_(std::move(name)),
      is_hub_(is_hub),
      qos_(DrawQos()),
      client_(scene, network, witness, DrawOptions()),
      whims_(scene, random_),
      report_timer_(scene.scheduler.NewTimer([this] { Report(); })),
      return_timer_(scene.scheduler.NewTimer([this] { client_.Come(); })),
      read_timer_(scene.scheduler.NewTimer([this] { client_.ResumeReading(); })),
      twin_timer_(scene.scheduler.NewTimer([this] { EndTwin(); })) {
  if (!scene.Has(Trouble::kTakeovers)) return;
  Client::Options options = client_.options();
  options.connect.clean = true;
  options.first_id = 31'000;  // what is left of its session must not be taken for the device's
  twin_ = std::make_unique<Client>(scene, network, witness, std::move(options));
}

int Device::DrawQos() {
  constexpr int kChoices[] = {kAnyQos, 0, 1, 1, 2};
  return kChoices[random_.Below(std::size(kChoices))];
}

// Of which no event can be made, if it goes to a stream.
mqtt::Will Device::DrawWill() {
  mqtt::Will will;
  will.topic = random_.Below(2) == 0 ? fmt::format("local/{}/will", name_) : TopicOf(StreamName());
  will.payload = "gone";
  will.qos = static_cast<int>(random_.Below(3));
  will.retain = will.topic.starts_with("local") && random_.Below(2) == 0;
  will.delay = static_cast<uint32_t>(random_.Below(2) * random_.Below(30));
  return will;
}

Client::Options Device::DrawOptions() {
  Client::Options options;
  options.identity = name_;
  mqtt::Connect& connect = options.connect;
  connect.client_id = name_;
  connect.version = random_.Below(2) == 0 ? mqtt::kV5 : mqtt::kV311;
  connect.clean = random_.Below(3) == 0;
  if (random_.Below(3) > 0) connect.expiry = static_cast<uint32_t>(10 + random_.Below(1000));
  connect.keep_alive = static_cast<uint16_t>(5 + random_.Below(40));
  if (random_.Below(2) == 0) connect.will = DrawWill();
  options.window = static_cast<uint16_t>(1 << random_.Below(7));
  return options;
}

void Device::Start() {
  client_.Come();
  Arm();
  AddWhims();
}

void Device::AddWhims() {
  whims_.Add(Trouble::kReconnecting, seconds(20), [this] {
    if (!client_.wanted()) return;
    if (random_.Below(3) == 0) return client_.Overtake();
    client_.Leave(random_.Below(2) == 0 ? Client::Farewell::kDisconnect
                                        : Client::Farewell::kSilence);
    return_timer_.Start(Between(random_, Duration(0), seconds(1)));
  });
  whims_.Add(Trouble::kSleeping, seconds(60), [this] { GoAway(); });
  whims_.Add(Trouble::kReconnecting, seconds(60), [this] { Restart(); });
  whims_.Add(Trouble::kResending, seconds(10),
             [this] { random_.Below(3) == 0 ? client_.RepeatAnew() : client_.Repeat(); });
  whims_.Add(Trouble::kTakeovers, seconds(20), [this] { SendTwin(); });
  whims_.Add(Trouble::kSlowReaders, seconds(30), [this] {
    client_.PauseReading();
    read_timer_.Start(Between(random_, milliseconds(100), seconds(30)));
  });
  whims_.Add(Trouble::kFloods, seconds(40), [this] { Flood(); });
}

void Device::GoAway() {
  client_.Leave(random_.Below(2) == 0 ? Client::Farewell::kDisconnect : Client::Farewell::kSilence);
  return_timer_.Start(Between(random_, seconds(5), minutes(2)));
}

// The power is back: it knows nothing any more.
void Device::Restart() {
  client_.Leave(Client::Farewell::kSilence);
  client_.Forget();
  return_timer_.Start(Between(random_, milliseconds(100), seconds(3)));
}

void Device::SendTwin() {
  if (twin_->wanted()) return;
  scene_.trace.Note("{}: a twin comes", name_);
  scene_.situations.Reached("client: a twin comes under the same id");
  for (uint64_t left = random_.Below(4); left > 0; --left) SendReadings(twin_.get());
  twin_->Come();
  twin_timer_.Start(Between(random_, milliseconds(10), seconds(10)));
}

void Device::EndTwin() {
  twin_->Leave(Client::Farewell::kDisconnect);
  twin_->Forget();
}

void Device::BeginCalm() {
  if (twin_) EndTwin();
  return_timer_.Stop();
  read_timer_.Stop();
  client_.ResumeReading();
  client_.Come();
}

std::string Device::unsettled() const {
  if (!client_.is_in()) return name_ + " is not in";
  if (last_words_ > 0) return name_ + " has still something to say";
  if (client_.outbox().size() == 0) return {};
  const Outgoing& first = client_.outbox().queue().front();
  return fmt::format("{} has {} messages without an answer, the first {} qos {}", name_,
                     client_.outbox().size(), first.message->topic, first.message->qos);
}

void Device::Arm() {
  const double mean = 1 / scene_.plan.publishes_per_second;
  const double wait = -std::log(1 - random_.Unit()) * mean;
  report_timer_.Start(milliseconds(1 + static_cast<int64_t>(wait * 1000)));
}

// It measures whether it is connected or not.
void Device::Report() {
  if (scene_.calm()) {
    if (last_words_ == 0) return;
    if (client_.is_in()) --last_words_;
    if (client_.is_in()) SendReadings(&client_);
    return Arm();
  }
  Arm();
  if (client_.outbox().size() >= kMaxOutbox) return;
  if (scene_.Strikes(Trouble::kMalformed, 0.05, random_)) return SendMalformed();
  if (scene_.Strikes(Trouble::kForgery, 0.05, random_)) return SendForged();
  if (scene_.Strikes(Trouble::kLetterReplays, 0.05, random_))
    return SendReadings(&client_, kLateProduct);
  if (random_.Below(10) == 0) return SendPlain();
  SendReadings(&client_);
}

void Device::Flood() {
  scene_.trace.Note("{}: floods", name_);
  for (uint64_t left = 20 + random_.Below(200); left > 0; --left) {
    if (client_.outbox().size() < 2 * kMaxOutbox) SendReadings(&client_);
  }
}

const std::string& Device::StreamName() {
  return scene_.plan.streams[random_.Below(scene_.plan.streams.size())].name;
}

std::string Device::TopicOf(const std::string& stream, std::string_view product) const {
  return is_hub_ ? fmt::format("{}/hubs/{}/{}", stream, name_, product)
                 : fmt::format("{}/{}/{}", stream, name_, product);
}

std::string Device::NextDevice() {
  return is_hub_ ? name_ + "-" + kLetters[turns_++ % std::size(kLetters)] : name_;
}

SentMessage* Device::NewMessage(Kind kind, std::string topic) {
  SentMessage* const message = messages_.New();
  message->client = client_.id();
  message->identity = client_.options().identity;
  message->topic = std::move(topic);
  message->qos = qos_ == kAnyQos ? static_cast<int>(random_.Below(3)) : qos_;
  message->kind = kind;
  message->tokens = {messages_.NewToken()};
  message->devices = {name_};
  return message;
}

void Device::Say(Client* client, SentMessage* message, std::string payload) {
  client->outbox().Add(message, std::move(payload));
  client->Pump();
}

void Device::SendReadings(Client* client, std::string_view product) {
  const std::string device = NextDevice();
  const Kind kind = product == kLateProduct ? Kind::kLate : Kind::kReadings;
  SentMessage* const message = NewMessage(kind, TopicOf(StreamName(), product));
  message->devices = {device};
  if (!is_hub_) return Say(client, message, ReadingPayload(random_, message->tokens.front()));
  for (uint64_t more = random_.Below(4); more > 0; --more) {
    message->tokens.push_back(messages_.NewToken());
    message->devices.push_back(device);
  }
  Say(client, message, HubPayload(random_, device, message->tokens));
}

void Device::SendMalformed() {
  SentMessage* const message = NewMessage(Kind::kMalformed, TopicOf(StreamName()));
  Say(&client_, message, MalformedPayload(random_, message->tokens.front()));
}

// Either in another's topic, or what a hub says of a device that is not its own.
void Device::SendForged() {
  const std::string victim = name_ == "dev-1" ? "dev-2" : "dev-1";
  const bool in_payload = is_hub_ && random_.Below(2) == 0;
  SentMessage* const message =
      NewMessage(Kind::kForged, in_payload ? TopicOf(StreamName())
                                           : fmt::format("{}/{}/climate", StreamName(), victim));
  message->devices = {victim};
  const Token token = message->tokens.front();
  Say(&client_, message,
      in_payload ? HubPayload(random_, victim, {token}) : ReadingPayload(random_, token));
}

void Device::SendPlain() {
  SentMessage* const message =
      NewMessage(Kind::kPlain, fmt::format("local/{}/{}", name_, random_.Below(4)));
  message->retain = random_.Below(3) == 0;
  Say(&client_, message, ReadingPayload(random_, message->tokens.front()));
}

}  // namespace sluice::sim
