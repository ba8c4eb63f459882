#include "decode/sparkplug_decoder.h"

#include <algorithm>

#include "decode/sparkplug_command.h"
#include "decode/sparkplug_value.h"
#include "decode/tree_builder.h"

namespace sluice::decode {
namespace {

using Reason = schema::DeadLetterReason;

// Always false, so that a caller can return it.
bool Reject(Reason reason, std::string_view text, schema::Rejection* rejection) {
  rejection->reason = reason;
  rejection->text = text;
  return false;
}

bool RejectTooMany(schema::Rejection* rejection) {
  return Reject(Reason::kTooManyEvents, "more metrics or times than one message may have",
                rejection);
}

// Milliseconds; null if it is no time that can be.
Node TimeOf(std::optional<uint64_t> millis) {
  return millis && *millis <= INT64_MAX ? Node::Integer(static_cast<int64_t>(*millis)) : Node();
}

std::optional<uint64_t> BdSeqOf(const SparkplugPayload& payload) {
  for (const SparkplugMetric& metric : payload.metrics) {
    using Held = SparkplugMetric::Value;
    if (metric.name == "bdSeq" && metric.value == Held::kInteger) return metric.integer;
  }
  return std::nullopt;
}

// What a metric is called and of which type it is; nothing if only a birth can tell.
std::optional<SparkplugDefinitions::Definition> Define(const SparkplugMetric& metric,
                                                       const SparkplugDefinitions* known) {
  SparkplugDefinitions::Definition defined{metric.name, metric.type};
  if (known != nullptr && (metric.name.empty() || metric.type == 0)) {
    const auto learnt = metric.name.empty() && metric.alias ? known->ByAlias(*metric.alias)
                                                            : known->ByName(metric.name);
    if (learnt) defined = {learnt->name, metric.type != 0 ? metric.type : learnt->type};
  }
  const bool needs_type = metric.value == SparkplugMetric::Value::kInteger && !metric.is_null;
  if (defined.name.empty() || (needs_type && defined.type == 0)) return std::nullopt;
  return defined;
}

}  // namespace

bool SparkplugDecoder::Decode(ByteSpan payload, const Origin& origin, Value* root,
                              schema::Rejection* rejection) {
  request_.reset();
  const auto topic = ParseSparkplugTopic(origin.topic);
  if (!topic) {
    return Reject(Reason::kInvalidPayload,
                  "the topic is none of Sparkplug B: spBv1.0/<group>/<N or D><BIRTH, DATA or "
                  "DEATH>/<node>[/<device>]",
                  rejection);
  }
  if (!Read(payload, rejection)) return false;
  node_key_.assign(topic->group).append("/").append(topic->node);
  member_key_.assign(topic->group).append("/").append(topic->member);
  readings_.Clear();
  texts_.clear();
  texts_.reserve(topic->member.size());
  Job job{*topic, origin, rejection, topic->node};
  if (!topic->device.empty()) {
    job.device = texts_.append(topic->node).append(":").append(topic->device);
  }
  NoteMessage(*topic);
  if (!Take(job)) return false;
  *root = readings_.Finish();
  return true;
}

bool SparkplugDecoder::Read(ByteSpan payload, schema::Rejection* rejection) {
  if (payload.size() > limits_.max_payload_bytes) {
    return Reject(Reason::kPayloadTooLarge, "more bytes than are read", rejection);
  }
  switch (ReadSparkplugPayload(payload, &payload_)) {
    case SparkplugVerdict::kRead:
      break;
    case SparkplugVerdict::kNoPayload:
      return Reject(Reason::kInvalidPayload, "no payload of Sparkplug B: this is no protobuf",
                    rejection);
    case SparkplugVerdict::kTooManyMetrics:
      return RejectTooMany(rejection);
  }
  const auto is_text = [](const SparkplugMetric& metric) { return IsUtf8(metric.name); };
  if (std::all_of(payload_.metrics.begin(), payload_.metrics.end(), is_text)) return true;
  return Reject(Reason::kInvalidPayload,
                "no payload of Sparkplug B: a metric's name is no text in UTF-8", rejection);
}

void SparkplugDecoder::NoteMessage(const SparkplugTopic& topic) {
  readings_.Note("message", Node::Text(Kind::kText, topic.word));
  readings_.Note("group", Node::Text(Kind::kText, topic.group));
  readings_.Note("node", Node::Text(Kind::kText, topic.node));
  if (!topic.device.empty()) readings_.Note("device", Node::Text(Kind::kText, topic.device));
}

bool SparkplugDecoder::Take(const Job& job) {
  if (job.topic.IsBirth()) return TakeBirth(job);
  return job.topic.IsDeath() ? TakeDeath(job) : TakeData(job);
}

bool SparkplugDecoder::TakeBirth(const Job& job) {
  if (!job.origin.replayed) Remember(job);
  return AddOnline(job, job.device, true) && AddReadings(job, nullptr);
}

// What a birth says.
void SparkplugDecoder::Remember(const Job& job) {
  const std::string_view identity = job.origin.identity;
  SparkplugMember& node = members_.Get(identity, node_key_);
  if (job.topic.device.empty()) {
    ++node.births;
    node.bd_seq = BdSeqOf(payload_);
    node.sequence.reset();
    node.asked.reset();
    node.devices.clear();
    node.definitions.Learn(payload_.metrics);
    FollowSequence(job, node);
  } else {
    FollowSequence(job, node);
    SparkplugMember& device = members_.Get(identity, member_key_);
    device.births = node.births;
    device.definitions.Learn(payload_.metrics);
    const auto found = std::find(node.devices.begin(), node.devices.end(), job.topic.device);
    if (found == node.devices.end()) node.devices.emplace_back(job.topic.device);
    members_.Settle(identity, member_key_);
  }
  members_.Settle(identity, node_key_);
}

bool SparkplugDecoder::TakeData(const Job& job) {
  const std::string_view identity = job.origin.identity;
  SparkplugMember* node = members_.Find(identity, node_key_);
  if (node == nullptr && !job.origin.replayed) {
    members_.Get(identity, node_key_);
    members_.Settle(identity, node_key_);
    node = members_.Find(identity, node_key_);
  }
  const SparkplugMember* member = node;
  if (!job.topic.device.empty()) {
    member = members_.Find(identity, member_key_);
    if (member != nullptr && node != nullptr && member->births != node->births) member = nullptr;
  }
  if (node != nullptr && !job.origin.replayed) FollowSequence(job, *node);
  if (AddReadings(job, member == nullptr ? nullptr : &member->definitions)) return true;
  if (node != nullptr && job.rejection->reason == Reason::kNoBirth) Ask(job, *node);
  return false;
}

bool SparkplugDecoder::TakeDeath(const Job& job) {
  const bool is_node = job.topic.device.empty();
  SparkplugMember* const node = members_.Find(job.origin.identity, node_key_);
  // The will of a connection before the present one (specification 3.0, 5.5): it is alive.
  const auto bd_seq = BdSeqOf(payload_);
  if (is_node && node != nullptr && bd_seq && node->bd_seq && *bd_seq != *node->bd_seq) {
    readings_.Note("obsolete", Node::Boolean(true));
    return true;
  }
  if (!AddOnline(job, job.device, false)) return false;
  if (node == nullptr) return true;
  if (is_node && !AddDeathOfDevices(job, *node)) return false;
  if (job.origin.replayed) return true;
  is_node ? ForgetNode(*node) : ForgetDevice(job, *node);
  members_.Settle(job.origin.identity, node_key_);
  return true;
}

// Its devices stay known, so that the same death once more is theirs again; what they have said is
// void.
void SparkplugDecoder::ForgetNode(SparkplugMember& node) {
  ++node.births;
  node.sequence.reset();
  node.definitions.Forget();
}

void SparkplugDecoder::ForgetDevice(const Job& job, SparkplugMember& node) {
  FollowSequence(job, node);
  const auto found = std::find(node.devices.begin(), node.devices.end(), job.topic.device);
  if (found != node.devices.end()) node.devices.erase(found);
  SparkplugMember* const device = members_.Find(job.origin.identity, member_key_);
  if (device == nullptr) return;
  device->definitions.Forget();
  members_.Settle(job.origin.identity, member_key_);
}

bool SparkplugDecoder::AddDeathOfDevices(const Job& job, const SparkplugMember& node) {
  size_t bytes = 0;
  for (const std::string& device : node.devices) bytes += node_key_.size() + 1 + device.size();
  texts_.reserve(bytes);
  for (const std::string& device : node.devices) {
    const size_t begin = texts_.size();
    texts_.append(job.topic.node).append(":").append(device);
    if (!AddOnline(job, std::string_view(texts_).substr(begin), false)) return false;
  }
  return true;
}

bool SparkplugDecoder::AddOnline(const Job& job, std::string_view device, bool online) {
  const OwnReading reading{.device = device,
                           .time = TimeOf(payload_.timestamp),
                           .name = "online",
                           .value = Node::Boolean(online),
                           .of_moment = true};
  return readings_.Add(reading) || RejectTooMany(job.rejection);
}

bool SparkplugDecoder::AddReadings(const Job& job, const SparkplugDefinitions* known) {
  for (const SparkplugMetric& metric : payload_.metrics) {
    const auto defined = Define(metric, known);
    if (!defined) {
      return Reject(Reason::kNoBirth,
                    "a metric that only a birth of its device can name, and none was seen since "
                    "the gateway started; the node is asked for one, after which a replay helps",
                    job.rejection);
    }
    if (IsSparkplugControl(defined->name)) continue;
    const OwnReading reading{
        .device = job.device,
        .time = TimeOf(metric.timestamp ? metric.timestamp : payload_.timestamp),
        .historical = metric.historical,
        .name = SparkplugReadingName(defined->name),
        .value = SparkplugValue(metric, defined->type),
        .quality = SparkplugQuality(metric.quality)};
    if (!readings_.Add(reading)) return RejectTooMany(job.rejection);
  }
  return true;
}

// Each message of a node and its devices has the next number (specification 3.0, 6.4.4). The same
// again is the same message again.
void SparkplugDecoder::FollowSequence(const Job& job, SparkplugMember& node) {
  if (node.births == 0) Ask(job, node);
  if (!payload_.sequence) return;
  const auto sequence = static_cast<uint8_t>(*payload_.sequence);
  if (node.sequence && sequence != *node.sequence &&
      sequence != static_cast<uint8_t>(*node.sequence + 1)) {
    Ask(job, node);
  }
  node.sequence = sequence;
}

void SparkplugDecoder::Ask(const Job& job, SparkplugMember& node) {
  const Origin& origin = job.origin;
  if (origin.replayed) return;
  if (node.asked && origin.now - *node.asked < kAskInterval) return;
  node.asked = origin.now;
  ++asked_;
  Request& request = request_.emplace();
  request.topic.append(job.topic.prefix).append("spBv1.0/").append(job.topic.group);
  request.topic.append("/NCMD/").append(job.topic.node);
  request.payload = SparkplugRebirthCommand(origin.received);
}

}  // namespace sluice::decode
