// What an uplink says to its broker, and how it is answered.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "sim/upstream.h"
#include "sim/upstream_session.h"

namespace sluice::sim {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr uint8_t kNotAuthorized = 0x87;
constexpr uint8_t kBadPassword = 0x86;
constexpr uint8_t kBadPassword311 = 4;
constexpr uint8_t kNotAuthorized311 = 5;
constexpr uint8_t kTakenOver = 0x8e;
constexpr uint8_t kPayloadFormatInvalid = 0x99;

}  // namespace

void UpstreamSession::OnConnect(const mqtt::Request& request) {
  LookAtConnect(request);
  if (server_.greets_with_nonsense()) return GreetWithNonsense();
  if (!upstream_.account().Knows(request.user_name, request.password)) {
    scene_.situations.Reached("upstream: a password is not the right one");
    return Refuse(is_v5() ? kBadPassword : kBadPassword311);
  }
  terms_ = server_.Greeting();
  if (terms_.reason != 0) return Refuse(terms_.reason);
  if (request.will && server_.minds() == UpstreamServer::Minds::kWill) {
    return Refuse(is_v5() ? kNotAuthorized : kNotAuthorized311);
  }
  TakeOver();
  mqtt::Encode(terms_, reader_.version(), &out_);
  stage_ = Stage::kOpen;
  will_ = request.will;
  awaits_birth_ = will_ && terms_.retain_available && terms_.maximum_qos != 0;
  const uint16_t keep_alive = terms_.keep_alive > 0 ? terms_.keep_alive : request.keep_alive;
  keep_alive_ = seconds(keep_alive);
  if (keep_alive > 0) keep_alive_timer_.Start(keep_alive_ * 3 / 2);
  server_.view().session = this;
  server_.view().conversation = conversation_.get();
}

void UpstreamSession::LookAtConnect(const mqtt::Request& request) {
  const Plan::Uplink& plan = upstream_.plan();
  scene_.trace.Note("{}: CONNECT{}", server_.host(), request.will ? ", with a will" : "");
  if (request.version != plan.mqtt_version) Broken(0, "CONNECT is of another version");
  if (request.client_id != "gw-" + plan.name) Broken(0, "CONNECT has another client id");
  if (!request.clean || request.expiry > 0) Broken(0, "CONNECT asks for a session to be kept");
  if (seconds(request.keep_alive) != plan.keep_alive) Broken(0, "CONNECT has another keep alive");
  if (request.user_name.has_value() != plan.has_password || request.password != password_) {
    Broken(0, "CONNECT has not the name and password that the files had when it was dialed");
  }
  if (request.will) LookAtWill(request);
}

void UpstreamSession::LookAtWill(const mqtt::Request& request) {
  const Plan::Uplink& plan = upstream_.plan();
  const mqtt::Will& will = *request.will;
  const auto has = [&](std::string_view text) { return will.payload.find(text) != text.npos; };
  if (!plan.has_status || will.topic != StatusTopicOf(plan) || !will.retain || will.qos != 1 ||
      will.delay > 0 || !has(R"("state":"offline")") || !has(R"("reason":"lost")")) {
    Broken(10, "a strange will: " + will.topic + " " + will.payload);
  }
}

void UpstreamSession::Refuse(uint8_t reason) {
  scene_.trace.Note("{}: refuses it with {:#x}", server_.host(), reason);
  constexpr uint8_t kUnsupportedVersion = 0x84;
  // A broker that knows no 5.0 answers in the only form that it knows.
  const bool in_old_form = reason == kUnsupportedVersion && server_.random().Below(2) == 0;
  mqtt::Encode(mqtt::Connack{.reason = in_old_form ? uint8_t{1} : reason},
               in_old_form ? mqtt::kV311 : reader_.version(), &out_);
  Send();
  Finish(false);
  stream_->CloseAfterFlush();
}

// Of an earlier connection under this client id, on any server of a cluster.
void UpstreamSession::TakeOver() {
  UpstreamSession* const earlier = server_.view().session;
  if (earlier == nullptr) return;
  scene_.situations.Reached("upstream: a connection takes an earlier one over");
  earlier->End(kTakenOver);
}

bool UpstreamSession::ResolveTopic(const mqtt::Publish& publish, std::string* topic) {
  *topic = publish.topic;
  if (publish.alias == 0) return !topic->empty();
  if (publish.alias > terms_.alias_maximum) {
    Broken(5, fmt::format("a topic alias of {}, and {} are taken", publish.alias,
                          terms_.alias_maximum));
    return false;
  }
  aliases_.resize(terms_.alias_maximum + size_t{1});
  std::string& known = aliases_[publish.alias];
  if (!topic->empty()) {
    known = *topic;
  } else {
    scene_.situations.Reached("upstream: a topic is abbreviated");
    *topic = known;
  }
  return !topic->empty();
}

void UpstreamSession::OnPublish(const mqtt::Request& request) {
  const mqtt::Publish& publish = request.publish;
  std::string topic;
  if (!ResolveTopic(publish, &topic)) return Broken(0, "a PUBLISH without a topic");
  if (terms_.packet_maximum > 0 && request.size > terms_.packet_maximum) {
    Broken(5, fmt::format("a PUBLISH of {} bytes, and {} are taken", request.size,
                          terms_.packet_maximum));
  }
  if (publish.dup) Broken(0, "a PUBLISH says that it is not the first");
  if (publish.qos > terms_.maximum_qos.value_or(2)) Broken(5, "a PUBLISH of too high a QoS");
  if (publish.qos > 0 &&
      ++unanswered_ > (terms_.receive_maximum > 0 ? terms_.receive_maximum : size_t{65535})) {
    Broken(5, fmt::format("{} messages in flight are more than it takes", unanswered_));
  }
  if (upstream_.plan().has_status && topic == StatusTopicOf(upstream_.plan())) {
    return OnStatus(publish);
  }
  if (awaits_birth_) Broken(10, topic + " comes before the status has been answered");
  if (publish.qos != 1 || publish.retain) Broken(0, "a strange PUBLISH to " + topic);
  std::vector<forward::UserProperty> properties;
  properties.reserve(publish.user_properties.size());
  for (const auto& [name, value] : publish.user_properties) properties.push_back({name, value});
  const forward::OutgoingMessage whole{.topic = topic,
                                       .key = {},
                                       .payload = AsBytes(publish.payload),
                                       .content_type = publish.content_type,
                                       .properties = properties,
                                       .is_text = publish.is_text};
  auto* const message = conversation_->OnArrived(topic, FingerprintOf(whole, reader_.version()));
  if (message == nullptr) {
    return Broken(4, "a message arrives by " + topic + " that the gateway has not published now");
  }
  Take(*message, publish.id, request.size);
}

// At QoS 1 it says that the gateway is there; at QoS 0 that it leaves.
void UpstreamSession::OnStatus(const mqtt::Publish& publish) {
  using Minds = UpstreamServer::Minds;
  scene_.trace.Note("{}: status {}", server_.host(), publish.payload);
  if (!publish.retain || !terms_.retain_available) Broken(10, "a status that nobody will keep");
  const bool is_birth = publish.qos == 1;
  if (is_birth == had_birth_) Broken(10, "a status at a strange moment");
  had_birth_ = true;
  if (is_birth && server_.minds() == Minds::kEndsAtBirth) {
    return End(is_v5() ? kNotAuthorized : 0);
  }
  const bool refuses = is_birth && server_.minds() == Minds::kBirth;
  if (!refuses) {
    server_.view().retained = publish.payload;
    server_.view().may_be_stale = false;
  }
  if (!is_birth || server_.is_silent()) return;
  answers_.Send(Patience(), [this, id = publish.id, refuses] {
    awaits_birth_ = false;
    --unanswered_;
    mqtt::EncodeAnswer(mqtt::Type::kPuback, id, refuses ? kNotAuthorized : 0, reader_.version(),
                       &out_);
    Send();
  });
}

Duration UpstreamSession::Patience() {
  const Duration most =
      scene_.calm() ? Duration(milliseconds(1)) : upstream_.character().answers_after;
  return Between(server_.random(), Duration(0), most);
}

void UpstreamSession::Take(Conversation::Message& message, uint16_t id, size_t bytes) {
  using Said = UpstreamServer::Said;
  using Kind = Conversation::Answer;
  // What a process has left behind may be found by nobody in the next one's journal.
  const Plan& plan = scene_.plan;
  const bool may_be_lost = plan.has(Trouble::kBadPages) || plan.has(Trouble::kReadErrors) ||
                           plan.has(Trouble::kRot) || plan.has(Trouble::kSyncErrors);
  if (conversation_->process_ended() && may_be_lost) return;
  Witness& witness = upstream_.witness();
  const std::string& route = message.route;
  const std::vector<Entry>& entries = message.entries;
  const Said said = server_.Judge(route, entries, bytes);
  constexpr std::array kWords = {
      "taken",   "taken, and the answer is lost", "no word",         "refused for good",
      "not now", "ends the connection",           "breaks the rules"};
  const std::string& gap = entries.front().gap_reason;
  scene_.trace.Note("{}: {} {}-{}: {}", server_.host(), gap.empty() ? route : route + ", " + gap,
                    entries.front().first, entries.back().last, kWords[static_cast<size_t>(said)]);
  if (said == Said::kTaken || said == Said::kTakenAndLost || said == Said::kNothing) {
    witness.OnArrived(route, entries);
  }
  switch (said) {
    case Said::kTaken: {
      witness.OnUpstreamAcknowledged(route, entries);
      constexpr uint8_t kNobodyListens = 0x10;
      const bool nobody = is_v5() && server_.random().Below(4) == 0;
      return Answer(message.token, id, nobody ? kNobodyListens : 0, Kind::kTaken);
    }
    case Said::kTakenAndLost:
      witness.OnUpstreamAcknowledged(route, entries);
      witness.OnUpstreamClosed(route, entries, false);
      return Vanish();
    case Said::kNothing:
      return;
    case Said::kRefused:
      witness.OnUpstreamRefused(route, entries, true);
      return Answer(message.token, id, kPayloadFormatInvalid, Kind::kRefused);
    case Said::kBusy: {
      witness.OnUpstreamRefused(route, entries, false);
      constexpr auto kCodes = std::to_array<uint8_t>({0x97, 0x97, 0x80, 0x83, 0x87, 0x90, 0x91});
      return Answer(message.token, id, kCodes[server_.random().Below(kCodes.size())], Kind::kBusy);
    }
    case Said::kCloses: {
      witness.OnUpstreamClosed(route, entries, false);
      constexpr auto kCodes = std::to_array<uint8_t>(
          {0, 0, 0x80, 0x81, 0x82, 0x83, 0x87, 0x90, 0x95, 0x97, 0x98, 0x99, 0x9b});
      return End(kCodes[server_.random().Below(kCodes.size())]);
    }
    case Said::kBreaksRules:
      witness.OnUpstreamClosed(route, entries, true);
      scene_.situations.Reached("upstream answers with what breaks the rules");
      return SayNonsense();
  }
}

void UpstreamSession::Answer(uint32_t token, uint16_t id, uint8_t reason,
                             Conversation::Answer answer) {
  answers_.Send(Patience(), [this, token, id, reason, answer] {
    --unanswered_;
    if (auto* const message = conversation_->Find(token)) message->answer = answer;
    mqtt::EncodeAnswer(mqtt::Type::kPuback, id, reason, reader_.version(), &out_);
    Send();
  });
}

}  // namespace sluice::sim
